// SPDX-License-Identifier: GPL-3.0-or-later
#include "databases.h"
#include "support/certificates.h"
#include "support/processstate.h"

#include <QElapsedTimer>
#include <QScopeGuard>
#include <QTcpServer>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using semper::test::awaited;

namespace {

using Driver = DatabaseOptions::Driver;

[[nodiscard]] QString sleepText(Driver driver)
{
    return driver == Driver::PostgreSql ? u"select pg_sleep(30)"_s : u"select sleep(30)"_s;
}

} // namespace

/// Servers that die, hang or are not there.
class TestDatabaseLoss : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();
    void aKilledServerIsAnErrorForWhatWasUnderWayAndNoneAfterItIsBack();
    void aServerThatWasRestartedMeanwhileIsNotNoticed();
    void aTransactionIsLostWithItsConnection();
    void aServerThatIsDownIsUnreachableAndTriedEverMoreSeldom();
    void aServerThatHangsIsGivenUp();
    void aServerThatOnlyAcceptsGetsNoMoreConnectionsThanAllowed();
    void aRollbackThatHangsIsGivenUp();
    void aPasswordIsReadFromItsFileAndNotTold();
    void aPasswordThatIsNotThereIsNotAnEmptyOne();
    void whoDoesNotEncryptThoughAskedToIsNotSpokenTo();

private:
    [[nodiscard]] bool works() { return awaited(m_db->first<int>(u"select 1")) == 1; }

    Databases m_databases;
    Driver m_driver = Driver::PostgreSql;
    TestProcess m_process;
    std::unique_ptr<Database> m_db;
};

void TestDatabaseLoss::initTestCase_data()
{
    QTest::addColumn<int>("driver");
    QTest::newRow("PostgreSQL") << int(Driver::PostgreSql);
    QTest::newRow("MariaDB") << int(Driver::MariaDb);
}

void TestDatabaseLoss::init()
{
    QFETCH_GLOBAL(const int, driver);
    m_driver = Driver(driver);
    if (const QString missing = m_databases.missing(m_driver); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    auto &server = m_databases.server(m_driver);
    QVERIFY2(server.isRunning() || server.start(), qPrintable(server.log()));
    m_db = std::make_unique<Database>(m_process.process, m_databases.options(m_driver));
}

void TestDatabaseLoss::cleanup()
{
    m_db.reset();
}

void TestDatabaseLoss::aKilledServerIsAnErrorForWhatWasUnderWayAndNoneAfterItIsBack()
{
    auto &server = m_databases.server(m_driver);
    QVERIFY(works());
    auto first = m_db->query(sleepText(m_driver));
    auto second = m_db->query(sleepText(m_driver));
    QTimer::singleShot(3s, this, [&server] { server.kill(); }); // both are connected by then
    QVERIFY_THROWS_EXCEPTION(DatabaseError::ConnectionLost, awaited(std::move(first)));
    QVERIFY_THROWS_EXCEPTION(DatabaseError::ConnectionLost, awaited(std::move(second)));
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Unreachable, awaited(m_db->query(u"select 1")));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(works());
    QCOMPARE(awaited(m_db->query(u"select ? + 0 as a", 1)).size(), 1);
}

void TestDatabaseLoss::aServerThatWasRestartedMeanwhileIsNotNoticed()
{
    auto &server = m_databases.server(m_driver);
    QCOMPARE(awaited(m_db->first<int>(u"select ? + 0 as a", 1)), std::optional(1));
    server.kill();
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(awaited(m_db->first<int>(u"select ? + 0 as a", 2)), std::optional(2));
    QVERIFY(works());
}

void TestDatabaseLoss::aTransactionIsLostWithItsConnection()
{
    auto &server = m_databases.server(m_driver);
    awaited(m_db->execute(u"drop table if exists kept"));
    awaited(m_db->execute(u"create table kept (id int primary key)"));
    {
        Transaction transaction = awaited(m_db->begin());
        awaited(transaction.execute(u"insert into kept values (?)", 1));
        server.kill();
        QVERIFY2(server.start(), qPrintable(server.log()));
        QVERIFY_THROWS_EXCEPTION(DatabaseError::ConnectionLost,
            awaited(transaction.execute(u"insert into kept values (?)", 2)));
        QVERIFY_THROWS_EXCEPTION(DatabaseError, awaited(transaction.commit()));
    }
    QCOMPARE(awaited(m_db->first<int>(u"select count(*) from kept")), std::optional(0));
}

void TestDatabaseLoss::aServerThatIsDownIsUnreachableAndTriedEverMoreSeldom()
{
    auto &server = m_databases.server(m_driver);
    server.stop();
    // A loop that knows no pause is held back by the backoff: 100, 200, 400 and 800 ms.
    int failures = 0;
    QElapsedTimer timer;
    timer.start();
    for (; timer.elapsed() < 1000; ++failures)
        QVERIFY_THROWS_EXCEPTION(DatabaseError::Unreachable, awaited(m_db->query(u"select 1")));
    QVERIFY2(failures <= 6, qPrintable(QString::number(failures)));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(works()); // it waits for the next attempt, and needs no second await
}

void TestDatabaseLoss::aServerThatHangsIsGivenUp()
{
    auto &server = m_databases.server(m_driver);
    QVERIFY(works());
    server.freeze();
    const LoopTurns turns;
    QVERIFY_THROWS_EXCEPTION(
        DatabaseError::TimedOut, awaited(m_db->within(500ms).query(u"select 1")));
    QVERIFY2(turns.count() >= 10, qPrintable(QString::number(turns.count())));
    server.resume();
    QVERIFY(works());
}

void TestDatabaseLoss::aServerThatOnlyAcceptsGetsNoMoreConnectionsThanAllowed()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    int connections = 0;
    connect(&silent, &QTcpServer::newConnection, this, [&] { ++connections; });
    DatabaseOptions options = m_databases.options(m_driver);
    options.port = silent.serverPort();
    options.connections = 2;
    options.connectTimeout = 60s;
    const Database db(m_process.process, options);
    for (int i = 0; i < 4; ++i)
        QVERIFY_THROWS_EXCEPTION(
            DatabaseError::TimedOut, awaited(db.within(50ms).query(u"select 1")));
    QTRY_COMPARE(connections, 2);
}

void TestDatabaseLoss::aRollbackThatHangsIsGivenUp()
{
    if (m_driver != Driver::PostgreSql)
        QSKIP("only PostgreSQL has a process for each connection");
    DatabaseOptions options = m_databases.options(m_driver);
    options.connections = 1;
    options.timeout = 3s;
    const Database db(m_process.process, options);
    pid_t hanging = 0;
    {
        Transaction transaction = awaited(db.begin());
        hanging = awaited(transaction.first<int>(u"select pg_backend_pid()")).value_or(0);
        QVERIFY(hanging > 1);
        QVERIFY(semper::test::stopProcess(hanging));
    }
    const auto wake = qScopeGuard([hanging] { ::kill(hanging, SIGCONT); });
    QCOMPARE(awaited(db.within(20s).first<int>(u"select 1")), std::optional(1));
}

void TestDatabaseLoss::aPasswordIsReadFromItsFileAndNotTold()
{
    QTemporaryDir folder;
    DatabaseOptions options = m_databases.options(m_driver);
    options.user = u"nobody_there"_s;
    options.passwordFile = folder.filePath(u"password"_s);
    const Database db(m_process.process, options);
    try {
        awaited(db.query(u"select 1"));
        QFAIL("nothing was thrown");
    } catch (const DatabaseError::Unreachable &error) {
        QVERIFY(QString::fromUtf8(error.what()).contains(options.passwordFile));
    }
    QFile file(options.passwordFile);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("geheim\n");
    file.close();
    try {
        awaited(db.query(u"select 1"));
        QFAIL("nothing was thrown");
    } catch (const DatabaseError::Unreachable &error) {
        const QString text = QString::fromUtf8(error.what());
        QVERIFY2(text.contains(u"nobody_there"_s) && !text.contains(u"geheim"_s), qPrintable(text));
    }
}

void TestDatabaseLoss::aPasswordThatIsNotThereIsNotAnEmptyOne()
{
    DatabaseOptions options = m_databases.options(m_driver); // whose user needs none
    options.passwordVariable = u"SEMPER_TEST_NO_SUCH_VARIABLE"_s;
    const Database db(m_process.process, options);
    try {
        awaited(db.query(u"select 1"));
        QFAIL("nothing was thrown");
    } catch (const DatabaseError::Unreachable &error) {
        QVERIFY2(QByteArray(error.what()).contains("SEMPER_TEST_NO_SUCH_VARIABLE"), error.what());
    }
}

void TestDatabaseLoss::whoDoesNotEncryptThoughAskedToIsNotSpokenTo()
{
    test::Certificates certificates;
    QVERIFY(certificates.make(u"authority"_s, u"authority"_s));
    DatabaseOptions options = m_databases.options(m_driver); // of a server without TLS
    options.tls.insert(u"sslrootcert"_s, certificates.certificate(u"authority"_s));
    if (m_driver == Driver::PostgreSql)
        options.tls.insert(u"sslmode"_s, u"verify-full"_s);
    const Database db(m_process.process, options);
    QVERIFY_THROWS_EXCEPTION(DatabaseError::Unreachable, awaited(db.query(u"select 1")));
}

QTEST_GUILESS_MAIN(TestDatabaseLoss)
#include "tst_databaseloss.moc"
