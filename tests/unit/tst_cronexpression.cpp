// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/cronstepper.h"

#include "spec/cronexpression.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

std::optional<CronExpression> parsed(const QString &text)
{
    const auto result = parseCronExpression(text);
    const auto *expression = std::get_if<CronExpression>(&result);
    return expression ? std::optional(*expression) : std::nullopt;
}

QStringList faultsOf(const QString &text)
{
    const auto result = parseCronExpression(text);
    const auto *faults = std::get_if<QStringList>(&result);
    return faults ? *faults : QStringList();
}

/// "0 15 30 45" for the set of these.
QString valuesOf(quint64 set)
{
    QStringList values;
    for (int value = 0; value < 64; ++value)
        if ((set >> value & 1) != 0)
            values.append(QString::number(value));
    return values.join(u' ');
}

} // namespace

class TestCronExpression : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFieldHasTheValuesThatItNames_data();
    void aFieldHasTheValuesThatItNames();
    void twoWaysToSayItAreTheSame_data();
    void twoWaysToSayItAreTheSame();
    void fiveFieldsMeanSecondZero();
    void theDefaultIsEveryMinute();
    void aStarInADayFieldMakesTheOtherDecide_data();
    void aStarInADayFieldMakesTheOtherDecide();
    void aStarForMinutesOrHoursIsAWildcard_data();
    void aStarForMinutesOrHoursIsAWildcard();
    void aMistakeIsToldWithItsField_data();
    void aMistakeIsToldWithItsField();
    void everyWrongFieldIsToldAtOnce();
    void theLongestSensibleTextIsTaken();
    void aTooLongTextIsRefused();
    void whateverIsTypedIsReadOrRefused();
};

void TestCronExpression::aFieldHasTheValuesThatItNames_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("values");
    QTest::addColumn<quint64 CronExpression::*>("field");
    const auto row = [](const char *text, const char *values, quint64 CronExpression::*field) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(values) << field;
    };
    row("7 * * * * *", "7", &CronExpression::seconds);
    row("*/20 * * * * *", "0 20 40", &CronExpression::seconds);
    row("0 * * * *", "0", &CronExpression::minutes);
    row("59 * * * *", "59", &CronExpression::minutes);
    row("*/15 * * * *", "0 15 30 45", &CronExpression::minutes);
    row("*/60 * * * *", "0", &CronExpression::minutes);
    row("*/25 * * * *", "0 25 50", &CronExpression::minutes);
    row("10-40/10 * * * *", "10 20 30 40", &CronExpression::minutes);
    row("10-45/10 * * * *", "10 20 30 40", &CronExpression::minutes);
    row("10-12 * * * *", "10 11 12", &CronExpression::minutes);
    row("5-5 * * * *", "5", &CronExpression::minutes);
    row("30,10,10,5-7,50-59/4 * * * *", "5 6 7 10 30 50 54 58", &CronExpression::minutes);
    row("007 * * * *", "7", &CronExpression::minutes);
    row("0 0-23/6 * * *", "0 6 12 18", &CronExpression::hours);
    row("0 23 * * *", "23", &CronExpression::hours);
    row("0 0 31,1 * *", "1 31", &CronExpression::daysOfMonth);
    row("0 0 */10 * *", "1 11 21 31", &CronExpression::daysOfMonth);
    row("0 0 1 */3 *", "1 4 7 10", &CronExpression::months);
    row("0 0 1 jan,Jun-AUG,DEC *", "1 6 7 8 12", &CronExpression::months);
    row("0 0 1 JAN-DEC/6 *", "1 7", &CronExpression::months);
    row("0 0 1 11-12 *", "11 12", &CronExpression::months);
    row("0 0 * * 0", "0", &CronExpression::daysOfWeek);
    row("0 0 * * 7", "0", &CronExpression::daysOfWeek);
    row("0 0 * * 0-7", "0 1 2 3 4 5 6", &CronExpression::daysOfWeek);
    row("0 0 * * 5-7", "0 5 6", &CronExpression::daysOfWeek);
    row("0 0 * * 5-0", "0 5 6", &CronExpression::daysOfWeek);
    row("0 0 * * Sat-Sun", "0 6", &CronExpression::daysOfWeek);
    row("0 0 * * FRI-MON", "0 1 5 6", &CronExpression::daysOfWeek);
    row("0 0 * * FRI-MON/2", "0 5", &CronExpression::daysOfWeek);
    row("0 0 * * 7-2", "0 1 2", &CronExpression::daysOfWeek);
    row("0 0 * * SAT-FRI", "0 1 2 3 4 5 6", &CronExpression::daysOfWeek);
    row("0 22-6 * * *", "0 1 2 3 4 5 6 22 23", &CronExpression::hours);
    row("0 22-6/3 * * *", "1 4 22", &CronExpression::hours);
    row("0 23-0 * * *", "0 23", &CronExpression::hours);
    row("50-10/10 * * * *", "0 10 50", &CronExpression::minutes);
    row("59-1 * * * * *", "0 1 59", &CronExpression::seconds);
    row("0 0 30-2 * *", "1 2 30 31", &CronExpression::daysOfMonth);
    row("0 0 1 NOV-feb *", "1 2 11 12", &CronExpression::months);
    row("0 0 L * *", "0", &CronExpression::daysFromEnd);
    row("0 0 1,l-3,L-30 * *", "3 30", &CronExpression::daysFromEnd);
    row("0 0 1,l-3,L-30 * * ", "1", &CronExpression::daysOfMonth);
    row("0 0 * * FRIL", "5", &CronExpression::lastDaysOfWeek);
    row("0 0 * * monl,3,7L", "0 1", &CronExpression::lastDaysOfWeek);
    row("0 0 * * monl,3,7L ", "3", &CronExpression::daysOfWeek);
    row("0 0 * * sun-tue", "0 1 2", &CronExpression::daysOfWeek);
    row("0 0 * * MON-SUN/2", "0 1 3 5", &CronExpression::daysOfWeek);
    row("0 0 * * mon,WED,5", "1 3 5", &CronExpression::daysOfWeek);
    row("0 0 * * */2", "0 2 4 6", &CronExpression::daysOfWeek);
    row("0 0 * * */7", "0", &CronExpression::daysOfWeek);
}

void TestCronExpression::aFieldHasTheValuesThatItNames()
{
    QFETCH(QString, text);
    QFETCH(QString, values);
    QFETCH(quint64 CronExpression::*, field);
    const auto expression = parsed(text);
    QVERIFY2(expression, qPrintable(faultsOf(text).join(u'\n')));
    QCOMPARE(valuesOf((*expression).*field), values);
}

void TestCronExpression::twoWaysToSayItAreTheSame_data()
{
    QTest::addColumn<QString>("one");
    QTest::addColumn<QString>("other");
    const auto row = [](const char *one, const char *other) {
        QTest::newRow(one) << QString::fromLatin1(one) << QString::fromLatin1(other);
    };
    row("@yearly", "0 0 1 1 *");
    row("@annually", "0 0 1 1 *");
    row("@monthly", "0 0 1 * *");
    row("@weekly", "0 0 * * 0");
    row("@daily", "0 0 * * *");
    row("@midnight", "0 0 * * *");
    row("@hourly", "0 * * * *");
    row("  @daily ", "0 0 * * *");
    row("@Daily", "0 0 * * *");
    row("@HOURLY", "0 * * * *");
    row("@semiannually", "0 0 1 1,7 *");
    row("@quarterly", "0 0 1 1,4,7,10 *");
    row("@minutely", "* * * * *");
    row("@every_minute", "* * * * *");
    row("0 0 20-L * *", "0 0 20-31 * *");
    row("0 0 * * 0L", "0 0 * * SunL");
    row("0 0 * * 7L", "0 0 * * 0L");
    row("0 0 ? * ?", "0 0 * * *");
    row("0 0 13 * ?", "0 0 13 * *");
    row("0 0 ? * FRI", "0 0 * * 5");
    row("0 5 4 * * *", "5 4 * * *");
    row("\t 5  4 *\t* * ", "5 4 * * *");
    row("*/1 * * * *", "* * * * *");
    row("*,5 * * * *", "* * * * *");
}

void TestCronExpression::twoWaysToSayItAreTheSame()
{
    QFETCH(QString, one);
    QFETCH(QString, other);
    const auto expression = parsed(one);
    QVERIFY2(expression, qPrintable(faultsOf(one).join(u'\n')));
    QVERIFY(expression == parsed(other));
}

void TestCronExpression::fiveFieldsMeanSecondZero()
{
    QCOMPARE(valuesOf(parsed(u"5 4 * * *"_s)->seconds), u"0"_s);
    QVERIFY(parsed(u"5 4 * * *"_s) != parsed(u"* 5 4 * * *"_s));
}

void TestCronExpression::theDefaultIsEveryMinute()
{
    QVERIFY(CronExpression() == parsed(u"* * * * *"_s));
}

void TestCronExpression::aStarInADayFieldMakesTheOtherDecide_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("either");
    QTest::newRow("none") << u"0 0 1 * 1"_s << true;
    QTest::newRow("both") << u"0 0 * * *"_s << false;
    QTest::newRow("month") << u"0 0 * * 1"_s << false;
    QTest::newRow("week") << u"0 0 1 * *"_s << false;
    QTest::newRow("with a step") << u"0 0 */2 * 1"_s << false;
    QTest::newRow("in a list") << u"0 0 *,5 * 1"_s << false;
    QTest::newRow("question mark") << u"0 0 1 * ?"_s << false;
    QTest::newRow("all values") << u"0 0 1-31 * 1"_s << true;
    QTest::newRow("the last ones") << u"0 0 L * FRIL"_s << true;
    QTest::newRow("the last one") << u"0 0 * * FRIL"_s << false;
}

void TestCronExpression::aStarInADayFieldMakesTheOtherDecide()
{
    QFETCH(QString, text);
    QFETCH(bool, either);
    QCOMPARE(parsed(text).value().eitherDay, either);
}

void TestCronExpression::aStarForMinutesOrHoursIsAWildcard_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("wildcard");
    QTest::newRow("fixed") << u"30 2 * * *"_s << false;
    QTest::newRow("minutes") << u"* 2 * * *"_s << true;
    QTest::newRow("hours") << u"30 * * * *"_s << true;
    QTest::newRow("minutes with a step") << u"*/10 2 * * *"_s << true;
    QTest::newRow("all hours") << u"30 0-23 * * *"_s << false;
    QTest::newRow("seconds") << u"* 30 2 * * *"_s << false;
    QTest::newRow("hourly") << u"@hourly"_s << true;
    QTest::newRow("daily") << u"@daily"_s << false;
}

void TestCronExpression::aStarForMinutesOrHoursIsAWildcard()
{
    QFETCH(QString, text);
    QFETCH(bool, wildcard);
    QCOMPARE(parsed(text).value().wildcard, wildcard);
}

void TestCronExpression::aMistakeIsToldWithItsField_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("fault");
    const auto row = [](const char *text, const char *fault) {
        QTest::newRow(*text ? text : "nothing")
            << QString::fromUtf8(text) << QString::fromUtf8(fault);
    };
    row("", "needs 5 or 6 fields, has 0");
    row(" \t", "needs 5 or 6 fields, has 0");
    row("*", "needs 5 or 6 fields, has 1");
    row("0 2 * *", "needs 5 or 6 fields, has 4");
    row("0 0 2 * * * 2025", "needs 5 or 6 fields, has 7");
    row("60 * * * * *", "second: 60 is above 59");
    row("60 * * * *", "minute: 60 is above 59");
    row("0 25 * * *", "hour: 25 is above 23");
    row("0 24 * * *", "hour: 24 is above 23");
    row("0 0 0 * *", "day of month: 0 is below 1");
    row("0 0 32 * *", "day of month: 32 is above 31");
    row("0 0 1 0 *", "month: 0 is below 1");
    row("0 0 1 13 *", "month: 13 is above 12");
    row("0 0 * * 8", "day of week: 8 is above 7");
    row("99999999999999999999 * * * *", "minute: \"99999999999999999999\" is above 59");
    row("5x * * * *", "minute: \"5x\" is no number");
    row("+5 * * * *", "minute: \"+5\" is no number");
    row("5.5 * * * *", "minute: \"5.5\" is no number");
    row("\u0665 * * * *", "minute: \"\u0665\" is no number");
    row("** * * * *", "minute: \"**\" is no number");
    row("MON * * * *", "minute: \"MON\" is no number");
    row("0 L * * *", "hour: \"L\" is only for day of month and day of week");
    row("0 0 * L *", "month: \"L\" is only for day of month and day of week");
    row("0 0 LW * *", "day of month: \"LW\" is neither \"L\" nor \"L-\" and a number");
    row("0 0 L- * *", "day of month: \"L-\" is neither \"L\" nor \"L-\" and a number");
    row("0 0 L+1 * *", "day of month: \"L+1\" is neither \"L\" nor \"L-\" and a number");
    row("0 0 L/2 * *", "day of month: \"L/2\" is neither \"L\" nor \"L-\" and a number");
    row("0 0 L-31 * *", "day of month: \"L-31\" goes back by more than 30 days");
    row("0 0 L-99999999999 * *", "day of month: \"L-99999999999\" goes back by more than 30 days");
    row("0 0 15L * *", "day of month: \"15L\" is no number");
    row("0 0 * * L", "day of week: \"L\" needs a day before it, as in \"FRIL\"");
    row("0 0 * * 8L", "day of week: 8 is above 7");
    row("0 0 * * XL", "day of week: \"X\" is no number and none of the names SUN to SAT");
    row("0 0 * * MON-FRIL",
        "day of week: \"MON-FRI\" is no number and none of the names SUN to SAT");
    row("0 0 1 JANUARY *", "month: \"JANUARY\" is no number and none of the names JAN to DEC");
    row("0 0 * * FR", "day of week: \"FR\" is no number and none of the names SUN to SAT");
    row("0 0 * * 5#2", "day of week: \"5#2\" is no number and none of the names SUN to SAT");
    row("0 2 * * * /bin/backup", "day of week: \"/bin/backup\" has an empty place");
    row("1,,2 * * * *", "minute: \"1,,2\" has an empty place");
    row("1,2, * * * *", "minute: \"1,2,\" has an empty place");
    row(", * * * *", "minute: \",\" has an empty place");
    row("/5 * * * *", "minute: \"/5\" has an empty place");
    row("-5 * * * *", "minute: \"-5\" is no range");
    row("5- * * * *", "minute: \"5-\" is no range");
    row("1-2-3 * * * *", "minute: \"1-2-3\" is no range");
    row("*-5 * * * *", "minute: \"*\" is no number");
    row("0 9-24 * * *", "hour: 24 is above 23");
    row("*/0 * * * *", "minute: the step 0 is below 1");
    row("*/x * * * *", "minute: the step \"x\" is no number");
    row("*/ * * * *", "minute: the step \"\" is no number");
    row("*/5/2 * * * *", "minute: the step \"5/2\" is no number");
    row("*/90 * * * *", "minute: the step 90 is above 60");
    row("0 */25 * * *", "hour: the step 25 is above 24");
    row("0 0 * * */8", "day of week: the step 8 is above 7");
    row("*/99999999999 * * * *", "minute: the step \"99999999999\" is above 60");
    row("5/15 * * * *", "minute: \"5/15\" has a step but no range; write 5-59/15");
    row("? * * * *", "minute: \"?\" is only for day of month and day of week");
    row("0 0 ?,1 * *", "day of month: \"?\" must stand alone");
    row("0 0 ?/2 * *", "day of month: \"?\" must stand alone");
    row("@dayly", "unknown macro \"@dayly\"; did you mean \"@daily\"?");
    row("@reboot", "\"@reboot\" is no time; a process without a schedule starts with the server");
    row("@every 5m",
        "unknown macro \"@every 5m\"; known: \"@yearly\", \"@annually\", \"@semiannually\", "
        "\"@quarterly\", \"@monthly\", \"@weekly\", \"@daily\", \"@midnight\", \"@hourly\", "
        "\"@minutely\", \"@every_minute\"");
}

void TestCronExpression::aMistakeIsToldWithItsField()
{
    QFETCH(QString, text);
    QFETCH(QString, fault);
    QCOMPARE(faultsOf(text), QStringList{fault});
}

void TestCronExpression::everyWrongFieldIsToldAtOnce()
{
    const QStringList expected{
        u"minute: 60 is above 59"_s, u"hour: \"x\" is no number"_s, u"day of week: 9 is above 7"_s};
    QCOMPARE(faultsOf(u"60,61 x,99 1 1 9"_s), expected);
}

void TestCronExpression::theLongestSensibleTextIsTaken()
{
    const auto all = [](int first, int last) {
        QStringList values;
        for (int value = first; value <= last; ++value)
            values.append(QString::number(value));
        return values.join(u',');
    };
    const QStringList fields{all(0, 59), all(0, 59), all(0, 23), all(1, 31),
        u"JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC"_s, u"MON,TUE,WED,THU,FRI,SAT,SUN"_s};
    CronExpression expected = parsed(u"* * * * * *"_s).value();
    expected.wildcard = false;
    expected.eitherDay = true;
    QVERIFY(parsed(fields.join(u' ')) == expected);
}

void TestCronExpression::aTooLongTextIsRefused()
{
    QCOMPARE(faultsOf(QString(1001, u'*')),
        QStringList{u"has 1001 characters; a schedule may have 1000"_s});
    QCOMPARE(faultsOf(QString(1000, u'*')), QStringList{u"needs 5 or 6 fields, has 1"_s});
    const QString value(900, u'7');
    QCOMPARE(faultsOf(value + u" * * * *"_s),
        QStringList{u"minute: \""_s + value.first(80) + u"\u2026\" is above 59"_s});
}

void TestCronExpression::whateverIsTypedIsReadOrRefused()
{
    QRandomGenerator random(1);
    const QString letters = u"0123456789 */,-?@jfunSMxL#"_s;
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        QString text = cronstepper::randomSchedule(random, i % 2 == 0).text;
        for (int changes = random.bounded(1, 3); changes > 0; --changes)
            text.replace(random.bounded(int(text.size())), random.bounded(2),
                letters.at(random.bounded(int(letters.size()))));
        const auto expression = parsed(text);
        QVERIFY2(expression.has_value() != !faultsOf(text).isEmpty(), qPrintable(text));
        if (!expression)
            continue;
        ++taken;
        const CronExpression all = parsed(u"* * * * * *"_s).value();
        for (const auto field : {&CronExpression::seconds, &CronExpression::minutes,
                 &CronExpression::hours, &CronExpression::daysOfMonth, &CronExpression::months,
                 &CronExpression::daysOfWeek}) {
            const bool isFromEnd
                = (field == &CronExpression::daysOfMonth && expression->daysFromEnd != 0)
                || (field == &CronExpression::daysOfWeek && expression->lastDaysOfWeek != 0);
            QVERIFY2((*expression).*field != 0 || isFromEnd, qPrintable(text));
            QVERIFY2(((*expression).*field & ~(all.*field)) == 0, qPrintable(text));
        }
        QVERIFY2(expression->daysFromEnd >> 31 == 0, qPrintable(text));
        QVERIFY2(expression->lastDaysOfWeek >> 7 == 0, qPrintable(text));
    }
    QVERIFY2(taken > 1000, qPrintable(QString::number(taken)));
}

QTEST_GUILESS_MAIN(TestCronExpression)
#include "tst_cronexpression.moc"
