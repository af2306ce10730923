// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/utc.h"
#include <semper/databaseerror.h>
#include <semper/databaserows.h>
#include <semper/sqlstatement.h>

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace shop {

enum class Rank : short { Guest, Member };

struct User
{
    qint64 id = 0;
    QString name;
    std::optional<QDateTime> lastSeen;
    Rank rank = Rank::Guest;
    double weight = 0;
    bool isActive = false;
};
SEMPER_ROW(User, id, name, lastSeen, rank, weight, isActive)

} // namespace shop

namespace {

[[nodiscard]] DatabaseRows rowsOf(const QStringList &columns, const QList<QVariantList> &values)
{
    DatabaseRows rows(columns);
    for (const QVariantList &row : values)
        rows.append(row);
    return rows;
}

template <class T>
[[nodiscard]] QString errorOf(const QVariant &value)
{
    try {
        static_cast<void>(fromSqlValue<T>(value, {u"age", 3}));
    } catch (const DatabaseError::Conversion &error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace

class TestDatabaseRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rowsAreARange();
    void aStructTakesItsColumnsByName();
    void aMissingColumnIsNamed();
    void nullIsOnlyForAnOptional();
    void whatDoesNotFitIsRefused();
    void aDateWithoutAZoneIsInUtc();
    void anEmptyTextIsNoNull();
    void argumentsAreTakenByTheirTypes();
};

void TestDatabaseRows::rowsAreARange()
{
    const auto rows = rowsOf({u"id"_s, u"name"_s}, {{1, u"a"_s}, {2, u"b"_s}});
    QStringList seen;
    for (const auto &row : rows)
        seen.append(row.value<QString>(u"name") + QString::number(row.value<int>(0)));
    QCOMPARE(seen, (QStringList{u"a1"_s, u"b2"_s}));
    QCOMPARE(rows.as<QString>(), (QList<QString>{u"1"_s, u"2"_s}));
    QCOMPARE(rows[1][u"NAME"], QVariant(u"b"_s));
}

void TestDatabaseRows::aStructTakesItsColumnsByName()
{
    const QDateTime moment(QDate(2026, 3, 29), QTime(2, 30), utcZone);
    const auto rows
        = rowsOf({u"LAST_SEEN"_s, u"id"_s, u"name"_s, u"weight"_s, u"is_active"_s, u"rank"_s},
            {{moment, 7, u"eve"_s, u"1.25"_s, 1, 1}, {QVariant(), 8, u"bob"_s, 2, false, 0}});
    const auto users = rows.as<shop::User>();
    QCOMPARE(users.size(), 2);
    QCOMPARE(users[0].id, 7);
    QCOMPARE(users[0].name, u"eve"_s);
    QCOMPARE(users[0].lastSeen, std::optional(moment));
    QCOMPARE(users[0].rank, shop::Rank::Member);
    QCOMPARE(users[0].weight, 1.25);
    QVERIFY(users[0].isActive);
    QVERIFY(!users[1].lastSeen);
}

void TestDatabaseRows::aMissingColumnIsNamed()
{
    const auto rows = rowsOf({u"id"_s}, {{1}});
    try {
        static_cast<void>(rows.as<shop::User>());
        QFAIL("nothing was thrown");
    } catch (const DatabaseError::Conversion &error) {
        QCOMPARE(error.what(), "there is no column name in the result; there are id");
    }
}

void TestDatabaseRows::nullIsOnlyForAnOptional()
{
    QCOMPARE(errorOf<int>(QVariant()), u"age in row 3 is NULL: ask for a std::optional"_s);
    QVERIFY(!fromSqlValue<std::optional<int>>(QVariant(), {}));
    QVERIFY(fromSqlValue<QVariant>(QVariant(), {}).isNull());
}

void TestDatabaseRows::whatDoesNotFitIsRefused()
{
    QCOMPARE(errorOf<qint8>(200), u"age in row 3 is not from -128 to 127"_s);
    QCOMPARE(errorOf<int>(1.5), u"age in row 3 is no whole number"_s);
    QCOMPARE(errorOf<int>(u"old"_s), u"age in row 3 is no whole number"_s);
    QCOMPARE(errorOf<bool>(2), u"age in row 3 is not from 0 to 1"_s);
    QCOMPARE(errorOf<QUuid>(u"x"_s), u"age in row 3 is no UUID"_s);
    QCOMPARE(errorOf<QJsonObject>(u"[1]"_s), u"age in row 3 is no JSON object"_s);
    QCOMPARE(errorOf<QDateTime>(5), u"age in row 3 is no date with a time"_s);
    QCOMPARE(errorOf<quint64>(-1), u"age in row 3 is not from 0 to 9223372036854775807"_s);
    const quint64 greatest = std::numeric_limits<quint64>::max();
    QCOMPARE(fromSqlValue<quint64>(greatest, {}), greatest);
    QCOMPARE(errorOf<qint64>(greatest), u"age in row 3 is no whole number"_s);
}

void TestDatabaseRows::aDateWithoutAZoneIsInUtc()
{
    const QDateTime expected(QDate(2026, 3, 29), QTime(2, 30), utcZone);
    for (const QString &text :
        {u"2026-03-29 02:30:00"_s, u"2026-03-29T02:30:00.000Z"_s, u"2026-03-29T04:30:00+02:00"_s})
        QCOMPARE(fromSqlValue<QDateTime>(text, {}), expected);
}

void TestDatabaseRows::anEmptyTextIsNoNull()
{
    QVERIFY(!toSqlValue(QString()).isNull());
    QVERIFY(!toSqlValue(QByteArray()).isNull());
    QVERIFY(!toSqlValue(QVariant(QString())).toString().isNull());
    QVERIFY(!toSqlValue(QVariant(QByteArray())).toByteArray().isNull());
    QVERIFY(toSqlValue(toSqlValue(nullptr)).isNull());
    QVERIFY(toSqlValue(nullptr).isNull());
    QVERIFY(toSqlValue(std::optional<int>()).isNull());
    QVERIFY(toSqlValue(QDateTime()).isNull());
}

void TestDatabaseRows::argumentsAreTakenByTheirTypes()
{
    const auto statement = SqlStatement::make(u"...", 1, 2.5, true, u"a", "ä", u"b"_s,
        shop::Rank::Member, std::optional<int>(3), QJsonObject{{u"k"_s, 1}});
    const QVariantList expected{
        qint64(1), 2.5, true, u"a"_s, u"ä"_s, u"b"_s, qint64(1), qint64(3), u"{\"k\":1}"_s};
    QCOMPARE(statement.arguments, expected);
    QCOMPARE(
        SqlStatement::make(u"...", QVariantList{1, u"x"_s}).arguments, (QVariantList{1, u"x"_s}));
}

QTEST_GUILESS_MAIN(TestDatabaseRows)
#include "tst_databaserows.moc"
