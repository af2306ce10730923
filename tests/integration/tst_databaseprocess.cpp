// SPDX-License-Identifier: GPL-3.0-or-later
#include "databases.h"
#include "support/runningserver.h"

#include <QJsonArray>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

using Driver = DatabaseOptions::Driver;

constexpr int patience = 20'000;

[[nodiscard]] QJsonObject plugins()
{
    return {{u"plugin_directories"_s,
        QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}};
}

} // namespace

/// User processes of a real server, with a database that dies.
class TestDatabaseProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void aProcessOutlivesItsDatabase();
    void noThreadOutlivesWhatIsStatic_data();
    void noThreadOutlivesWhatIsStatic();
    void aLongStatementDelaysNoStopAndNoHeartbeat();

private:
    Databases m_databases;
};

void TestDatabaseProcess::initTestCase_data()
{
    QTest::addColumn<int>("driver");
    QTest::newRow("PostgreSQL") << int(Driver::PostgreSql);
    QTest::newRow("MariaDB") << int(Driver::MariaDb);
}

void TestDatabaseProcess::aProcessOutlivesItsDatabase()
{
    QFETCH_GLOBAL(const int, driver);
    if (const QString missing = m_databases.missing(Driver(driver)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    DatabaseServer &database = m_databases.server(Driver(driver));
    TestProcess process;
    const Database db(process.process, database.options());
    awaited(db.execute(u"drop table if exists written"));
    awaited(db.execute(driver == int(Driver::PostgreSql)
            ? u"create table written (at timestamptz not null)"_s
            : u"create table written (at datetime(3) not null)"_s));

    RunningServer server({{u"writer"_s,
                             QJsonObject{{u"class"_s, u"test::Writer"_s},
                                 {u"settings"_s, QJsonObject{{u"database"_s, database.url()}}}}}},
        plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto status = [&server] { return server.process(u"writer"_s)[u"status"_s].toString(); };
    const auto rows = [&db] { return *awaited(db.first<int>(u"select count(*) from written")); };
    QTRY_COMPARE_WITH_TIMEOUT(status(), u"writing"_s, patience);
    const qint64 pid = server.process(u"writer"_s)[u"pid"_s].toInteger();

    for (int round = 0; round < 2; ++round) {
        database.kill();
        QTRY_VERIFY_WITH_TIMEOUT(status() != u"writing"_s, patience);
        QVERIFY2(database.start(), qPrintable(database.log()));
        QTRY_COMPARE_WITH_TIMEOUT(status(), u"writing"_s, patience);
        const int before = rows();
        QTRY_VERIFY_WITH_TIMEOUT(rows() > before + 5, patience);
    }
    const QJsonObject writer = server.process(u"writer"_s);
    QCOMPARE(writer[u"restarts"_s].toInt(-1), 0);
    QCOMPARE(writer[u"pid"_s].toInteger(), pid);
    QCOMPARE(server.stop(), 0);
}

void TestDatabaseProcess::noThreadOutlivesWhatIsStatic_data()
{
    QTest::addColumn<bool>("isFrozen");
    QTest::newRow("that can be interrupted") << false;
    QTest::newRow("that hangs") << true;
}

void TestDatabaseProcess::noThreadOutlivesWhatIsStatic()
{
    QFETCH_GLOBAL(const int, driver);
    QFETCH(const bool, isFrozen);
    if (const QString missing = m_databases.missing(Driver(driver)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    DatabaseServer &database = m_databases.server(Driver(driver));
    const QString text
        = driver == int(Driver::PostgreSql) ? u"select pg_sleep(60)"_s : u"select sleep(60)"_s;
    RunningServer server(
        {{u"long"_s,
            QJsonObject{{u"class"_s, u"test::LongStatement"_s},
                {u"settings"_s, QJsonObject{{u"database"_s, database.url()}, {u"text"_s, text}}}}}},
        plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto process = [&server] { return server.process(u"long"_s); };
    QTRY_COMPARE_WITH_TIMEOUT(process()[u"status"_s].toString(), u"awaiting"_s, patience);
    if (isFrozen)
        database.freeze();
    QCOMPARE(server.post(u"/api/v1/processes/long/stop"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(process()[u"state"_s].toString(), u"stopped"_s, patience);
    if (isFrozen)
        database.resume();
    QCOMPARE(process()[u"last_exit"_s][u"code"_s].toInt(-1), 0);
}

void TestDatabaseProcess::aLongStatementDelaysNoStopAndNoHeartbeat()
{
    QFETCH_GLOBAL(const int, driver);
    if (const QString missing = m_databases.missing(Driver(driver)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    DatabaseServer &database = m_databases.server(Driver(driver));
    const QString text
        = driver == int(Driver::PostgreSql) ? u"select pg_sleep(60)"_s : u"select sleep(60)"_s;
    RunningServer server(
        {{u"long"_s,
            QJsonObject{{u"class"_s, u"test::LongStatement"_s}, {u"watchdog_ms"_s, 6000},
                {u"settings"_s, QJsonObject{{u"database"_s, database.url()}, {u"text"_s, text}}}}}},
        plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"long"_s)[u"status"_s].toString(), u"awaiting"_s, patience);
    QTest::qWait(8000); // longer than a heartbeat may stay away, with the statement under way
    const QJsonObject process = server.process(u"long"_s);
    QCOMPARE(process[u"state"_s].toString(), u"running"_s);
    QCOMPARE(process[u"restarts"_s].toInt(-1), 0);
    // Its host ends by itself, with code 0, long before the statement would.
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.log().contains(u"SIGKILL"_s), qPrintable(server.log()));
}

QTEST_GUILESS_MAIN(TestDatabaseProcess)
#include "tst_databaseprocess.moc"
