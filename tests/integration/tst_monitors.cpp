// SPDX-License-Identifier: GPL-3.0-or-later
#include "databases.h"
#include "integration/rawclient.h"
#include "support/hubpeer.h"
#include "support/redisserver.h"
#include "support/runningserver.h"
#include "support/websocketbytes.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <QUrl>

#include <functional>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

using Driver = DatabaseOptions::Driver;

constexpr int patience = 60'000;

/// Of the example itself, whose configuration and table are tested with its classes.
[[nodiscard]] QByteArray example(const QString &name)
{
    QFile file(
        qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/processes/examples/monitors/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The services of the example's configuration, on free ports and with \a more in what each
/// monitor is configured with.
[[nodiscard]] QJsonObject services(const QJsonObject &settings, const QJsonObject &more = {})
{
    QJsonObject services
        = QJsonDocument::fromJson(example(u"monitors.json"_s))[u"services"_s].toObject();
    for (auto service = services.begin(); service != services.end(); ++service) {
        QJsonObject object = service->toObject();
        QJsonObject processes = object[u"processes"_s].toObject();
        for (auto process = processes.begin(); process != processes.end(); ++process) {
            QJsonObject one = process->toObject();
            one.insert(u"settings"_s, settings);
            for (auto it = more.begin(); it != more.end(); ++it)
                one.insert(it.key(), it.value());
            *process = one;
        }
        object.insert(u"processes"_s, processes);
        object.insert(u"listen"_s, u"127.0.0.1:0"_s);
        *service = object;
    }
    return {{u"services"_s, services}};
}

const QStringList monitors{
    u"http-monitor"_s, u"rpc-monitor"_s, u"live-monitor"_s, u"raw-monitor"_s};

/// What the monitors log.
class Log
{
public:
    explicit Log(RunningServer &server)
        : m_watcher(server.socketPath())
    {
        m_watcher.watch({u"log"_s});
    }

    /// The lines of \a process with \a text in them, from the \a first one on.
    [[nodiscard]] int count(const QString &process, const QString &text) const
    {
        int found = 0;
        for (const QJsonObject &frame : m_watcher.framesOf(u"log"))
            for (const QJsonValue &line : frame[u"lines"_s].toArray())
                if (frame[u"process"_s] == process && line.toString().contains(text))
                    ++found;
        return found;
    }
    /// Of all four, the one that has the fewest.
    [[nodiscard]] int least(const QString &text) const
    {
        int least = std::numeric_limits<int>::max();
        for (const QString &monitor : monitors)
            least = std::min(least, count(monitor, text));
        return least;
    }

private:
    HubPeer m_watcher;
};

} // namespace

/// The example processes/examples/monitors: a real server with all four services, a real Redis and
/// real databases.
class TestMonitors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();
    void eachSeesItsConnectionsAUserAndItsKey();
    void aLostDatabaseAndRedisAreToldOnceAndEndNobody();
    void aStopEndsThemInTheMiddleOfAPause();
    void theirHeartsBeatAndAStopEndsThemWhileNothingAnswers();
    void aPasswordComesFromTheEnvironment();
    void settingsThatMakeNoSenseAreRefused_data();
    void settingsThatMakeNoSenseAreRefused();

private:
    /// A new table of the users, and where it is.
    [[nodiscard]] QString database();
    [[nodiscard]] QJsonObject settings(const QJsonObject &more = {});

    Driver m_driver = Driver::Sqlite;
    Databases m_databases;
    TestProcess m_process;
    QString m_database;
    std::unique_ptr<RedisServer> m_redis;
};

void TestMonitors::initTestCase_data()
{
    QTest::addColumn<int>("driver");
    QTest::newRow("SQLite") << int(Driver::Sqlite);
    QTest::newRow("PostgreSQL") << int(Driver::PostgreSql);
    QTest::newRow("MariaDB") << int(Driver::MariaDb);
}

void TestMonitors::initTestCase()
{
    if (!RedisServer::isInstalled())
        QSKIP("redis-server is not installed");
}

void TestMonitors::init()
{
    QFETCH_GLOBAL(const int, driver);
    m_driver = Driver(driver);
    if (const QString missing = m_databases.missing(m_driver); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    m_redis = std::make_unique<RedisServer>();
    QVERIFY2(m_redis->start(), qPrintable(m_redis->log()));
    m_database = database();
}

QString TestMonitors::database()
{
    const DatabaseOptions options = m_databases.options(m_driver);
    const Database db(m_process.process, options);
    awaited(db.execute(u"drop table if exists users"));
    QStringList lines = QString::fromUtf8(example(u"users.sql"_s)).split(u'\n');
    lines.removeIf([](const QString &line) { return line.startsWith(u"--"); });
    const QStringList statements = lines.join(u'\n').split(u';');
    for (const QString &statement : statements)
        if (!statement.trimmed().isEmpty())
            awaited(db.execute(statement));
    return m_driver == Driver::Sqlite ? u"sqlite:"_s + options.name
                                      : m_databases.server(m_driver).url();
}

QJsonObject TestMonitors::settings(const QJsonObject &more)
{
    QJsonObject settings{{u"interval_ms"_s, 100}, {u"database"_s, m_database},
        {u"redis"_s, m_redis->url() + u"/0"_s}};
    for (auto it = more.begin(); it != more.end(); ++it)
        settings.insert(it.key(), it.value());
    return settings;
}

void TestMonitors::eachSeesItsConnectionsAUserAndItsKey()
{
    RunningServer server({}, services(settings()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Log log(server);
    RawClient http(quint16(server.serviceAddress(u"http"_s).port()),
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawClient rpc(quint16(server.serviceAddress(u"rpc"_s).port()),
        R"({"jsonrpc":"2.0","method":"server.info","id":1})"
        "\n");
    RawClient live(quint16(server.serviceAddress(u"live"_s).port()),
        webSocketHandshake("/", "Authorization: Bearer " + server.token() + "\r\n")
            + textFrame(R"({"type":"hello","role":"watcher"})"));
    RawClient raw(quint16(server.serviceAddress(u"raw"_s).port()),
        R"({"type":"hello","role":"watcher","token":")" + server.token() + "\"}\n");
    const std::map<QString, RawClient *> clients{{monitors.at(0), &http}, {monitors.at(1), &rpc},
        {monitors.at(2), &live}, {monitors.at(3), &raw}};

    for (const auto &[monitor, client] : clients) {
        const QString peer = u"127.0.0.1:%1"_s.arg(client->socket().localPort());
        const QString told = u"connections: 1 ["_s + peer;
        QTRY_VERIFY2_WITH_TIMEOUT(
            log.count(monitor, told) > 1, qPrintable(monitor + server.log()), patience);
        QVERIFY(!client->received().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(
            log.count(monitor, u"user 1: Ada <ada@example.org>"_s) > 1, patience);
        const QString key = u"monitor:"_s + monitor;
        const QString value = QString::fromUtf8(m_redis->cli({u"GET"_s, key}));
        QVERIFY(QDateTime::fromString(value, Qt::ISODateWithMs).isValid());
        QTRY_VERIFY_WITH_TIMEOUT(log.count(monitor, key + u" = "_s + value) > 0, patience);
        QTRY_VERIFY_WITH_TIMEOUT(
            QString::fromUtf8(m_redis->cli({u"GET"_s, key})) != value, patience);
        client->socket().abort();
        QTRY_VERIFY_WITH_TIMEOUT(log.count(monitor, u"connections: 0 "_s) > 0, patience);
    }
    QVERIFY(log.count(u"rpc-monitor"_s, u" as nobody"_s) > 0);
    QVERIFY(log.count(u"raw-monitor"_s, u" bytes in, "_s) > 0);
    QCOMPARE(log.least(u"going on without"_s), 0);
    QCOMPARE(server.stop(), 0);
}

void TestMonitors::aLostDatabaseAndRedisAreToldOnceAndEndNobody()
{
    if (m_driver == Driver::Sqlite)
        QSKIP("SQLite has no server to kill");
    DatabaseServer &database = m_databases.server(m_driver);
    RunningServer server({}, services(settings()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Log log(server);
    const auto goesOn = [&](const QString &text) {
        const int before = log.least(text);
        return QTest::qWaitFor([&] { return log.least(text) >= before + 3; }, patience);
    };
    QVERIFY2(goesOn(u"user 1: Ada"_s) && goesOn(u"monitor:"_s), qPrintable(server.log()));

    m_redis->kill();
    database.kill();
    QTRY_VERIFY_WITH_TIMEOUT(log.least(u"going on without the database"_s) == 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(log.least(u"going on without Redis"_s) == 1, patience);
    QVERIFY(goesOn(u"connections: 0 "_s));
    for (const QString &monitor : monitors) {
        const QJsonObject process = server.process(monitor);
        QCOMPARE(process[u"state"_s].toString(), u"running"_s);
        QCOMPARE(process[u"alive"_s], QJsonValue(true));
    }

    QVERIFY2(m_redis->start(), qPrintable(m_redis->log()));
    QVERIFY2(database.start(), qPrintable(database.log()));
    QTRY_VERIFY_WITH_TIMEOUT(log.least(u"the database is back"_s) == 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(log.least(u"Redis is back"_s) == 1, patience);
    QVERIFY2(goesOn(u"user 1: Ada"_s) && goesOn(u"monitor:"_s), qPrintable(server.log()));
    for (const QString &monitor : monitors) {
        QCOMPARE(log.count(monitor, u"going on without"_s), 2);
        QCOMPARE(server.process(monitor)[u"restarts"_s].toInt(-1), 0);
        QVERIFY(!m_redis->cli({u"GET"_s, u"monitor:"_s + monitor}).isEmpty());
    }
    QCOMPARE(server.stop(), 0);
}

void TestMonitors::aStopEndsThemInTheMiddleOfAPause()
{
    RunningServer server({}, services(settings({{u"interval_ms"_s, 3'600'000}})));
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (const QString &monitor : monitors)
        QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"monitor:%1 = "_s.arg(monitor)), patience);
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.log().contains(u"SIGKILL"_s), qPrintable(server.log()));
}

void TestMonitors::theirHeartsBeatAndAStopEndsThemWhileNothingAnswers()
{
    if (m_driver == Driver::Sqlite)
        QSKIP("SQLite has no server to freeze");
    // Who waited for an answer without a turn of its loop would be killed as hung.
    RunningServer server({}, services(settings(), {{u"watchdog_ms"_s, 10'000}}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Log log(server);
    QTRY_VERIFY_WITH_TIMEOUT(log.least(u"monitor:"_s) > 0, patience);
    DatabaseServer &database = m_databases.server(m_driver);
    database.freeze();
    m_redis->freeze();
    QElapsedTimer frozen;
    frozen.start();
    QTRY_VERIFY_WITH_TIMEOUT(frozen.elapsed() > 13'000, patience);
    for (const QString &monitor : monitors) {
        const QJsonObject process = server.process(monitor);
        QCOMPARE(process[u"restarts"_s].toInt(-1), 0);
        QCOMPARE(process[u"alive"_s], QJsonValue(true));
    }
    const int code = server.stop();
    database.resume();
    m_redis->thaw();
    QCOMPARE(code, 0);
    QVERIFY2(!server.log().contains(u"SIGKILL"_s), qPrintable(server.log()));
}

void TestMonitors::aPasswordComesFromTheEnvironment()
{
    m_redis = std::make_unique<RedisServer>(QStringList{u"--requirepass"_s, u"geheim"_s});
    QVERIFY2(m_redis->start(), qPrintable(m_redis->log()));
    const QString url = m_redis->url() + u"/0?password_variable=REDIS_PASSWORD"_s;
    const QJsonObject more{{u"environment_file"_s, u"monitors.env"_s}};
    RunningServer server({}, services(settings({{u"redis"_s, url}}), more));
    QFile file(server.folder() + u"/monitors.env"_s);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("REDIS_PASSWORD=geheim\n") > 0);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Log log(server);
    QTRY_VERIFY2_WITH_TIMEOUT(log.least(u"monitor:"_s) > 0, qPrintable(server.log()), patience);
    QVERIFY(!server.log().contains(u"geheim"_s));
    QCOMPARE(server.stop(), 0);
}

void TestMonitors::settingsThatMakeNoSenseAreRefused_data()
{
    QTest::addColumn<QJsonObject>("wrong");
    QTest::addColumn<QString>("reason");
    QTest::newRow("interval") << QJsonObject{{u"interval_ms"_s, 0}}
                              << u"settings.interval_ms: expected a whole number from 10"_s;
    QTest::newRow("unknown") << QJsonObject{{u"intervall_ms"_s, 3000}}
                             << u"settings.intervall_ms: unknown; known are "_s;
    QTest::newRow("password") << QJsonObject{{u"redis"_s, u"redis://:geheim@127.0.0.1/0"_s}}
                              << u"settings.redis: settings are shown to people"_s;
    QTest::newRow("database") << QJsonObject{{u"database"_s, u"oracle://shop"_s}}
                              << u"url: expected sqlite:PATH"_s;
}

void TestMonitors::settingsThatMakeNoSenseAreRefused()
{
    if (m_driver != Driver::Sqlite)
        QSKIP("The same for every database");
    QFETCH(const QJsonObject, wrong);
    QFETCH(const QString, reason);
    const QJsonObject once{{u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}};
    RunningServer server({}, services(settings(wrong), once));
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (const QString &monitor : monitors) {
        const auto exitCode
            = [&] { return server.process(monitor)[u"last_exit"_s][u"code"_s].toInt(-1); };
        QTRY_COMPARE_WITH_TIMEOUT(exitCode(), 78, patience);
        const QString text = server.process(monitor)[u"reason"_s].toString();
        QVERIFY2(text.contains(reason) && !text.contains(u"geheim"_s), qPrintable(text));
    }
}

QTEST_GUILESS_MAIN(TestMonitors)
#include "tst_monitors.moc"
