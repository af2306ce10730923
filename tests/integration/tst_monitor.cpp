// SPDX-License-Identifier: GPL-3.0-or-later
#include "testhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

#include <sys/statvfs.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 15000;

} // namespace

/// The real MonitorProcess: the real /proc, a real SQLite file.
class TestMonitor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void rowsHoldTheConnectionsAndTheHost();
    void metricsTellTheSame();
    void oldRowsGo();
    void aDatabaseThatCannotBeWrittenIsToldAndNoRowIsLost();
    void connectionsThatAreNotKnownAreNull();
    void aStopEndsItCleanlyAndLosesNoRow();
    void settingsThatMakeNoSenseAreRefused_data();
    void settingsThatMakeNoSenseAreRefused();

private:
    void launch(QJsonObject settings);
    void stop();
    [[nodiscard]] QVariant select(const QString &expression);
    [[nodiscard]] int rows() { return select(u"count(*)"_s).toInt(); }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<TestHub> m_hub;
    std::unique_ptr<QProcess> m_process;
    QString m_database;
};

void TestMonitor::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_hub = std::make_unique<TestHub>();
    m_process = std::make_unique<QProcess>();
    m_database = m_directory->filePath(u"folder/monitor.sqlite"_s);
}

void TestMonitor::cleanup()
{
    if (m_process->state() != QProcess::NotRunning) {
        m_process->kill();
        m_process->waitForFinished(patience);
    }
    QSqlDatabase::removeDatabase(u"test"_s);
}

void TestMonitor::launch(QJsonObject settings)
{
    if (!settings.contains(u"database"_s))
        settings.insert(u"database"_s, m_database);
    if (!settings.contains(u"interval_ms"_s))
        settings.insert(u"interval_ms"_s, 100);
    m_hub->setSettings(settings);
    m_hub->launch(*m_process, qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper-process"_s,
        u"MonitorProcess"_s);
    QVERIFY(m_process->waitForStarted(patience));
}

void TestMonitor::stop()
{
    m_hub->send(makeFrame(frames::stop));
    QVERIFY(m_process->waitForFinished(patience));
    QCOMPARE(m_process->exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_process->exitCode(), 0);
}

QVariant TestMonitor::select(const QString &expression)
{
    if (!QFile::exists(m_database))
        return {};
    QSqlDatabase database = QSqlDatabase::contains(u"test"_s)
        ? QSqlDatabase::database(u"test"_s)
        : QSqlDatabase::addDatabase(u"QSQLITE"_s, u"test"_s);
    database.setDatabaseName(m_database);
    if (!database.isOpen() && !database.open())
        return {};
    QSqlQuery query(database);
    if (!query.exec(u"SELECT %1 FROM measurements"_s.arg(expression)) || !query.next())
        return {};
    return query.value(0);
}

void TestMonitor::rowsHoldTheConnectionsAndTheHost()
{
    m_hub->setConnections(17);
    launch({});
    QTRY_VERIFY_WITH_TIMEOUT(rows() >= 3, patience);
    stop();
    QCOMPARE(select(u"min(connections)"_s).toInt(), 17);
    QCOMPARE(select(u"min(process)"_s).toString(), u"worker"_s);
    QCOMPARE(select(u"min(instance)"_s).toInt(), 1);
    const QDateTime at = QDateTime::fromString(select(u"max(at)"_s).toString(), Qt::ISODateWithMs);
    QVERIFY(std::abs(at.secsTo(QDateTime::currentDateTimeUtc())) < 60);

    QFile loadFile(u"/proc/loadavg"_s);
    QVERIFY(loadFile.open(QIODevice::ReadOnly));
    const double load = loadFile.readAll().split(' ').value(1).toDouble();
    QVERIFY(std::abs(select(u"max(load_5m)"_s).toDouble() - load) < 2);
    QFile memoryFile(u"/proc/meminfo"_s);
    QVERIFY(memoryFile.open(QIODevice::ReadOnly));
    const qint64 total = memoryFile.readLine().simplified().split(' ').value(1).toLongLong() * 1024;
    QCOMPARE(select(u"max(memory_used_bytes + memory_available_bytes)"_s).toLongLong(), total);
    struct statvfs root // not QStorageInfo, which takes another disk in a changed root
    { };
    QCOMPARE(::statvfs("/", &root), 0);
    const double free = double(root.f_bavail) * double(root.f_frsize);
    QVERIFY(std::abs(select(u"max(disk_free_bytes)"_s).toDouble() - free) < 0.1 * free + 1e9);
    const double ratio = select(u"max(disk_used_ratio)"_s).toDouble();
    QVERIFY(ratio > 0 && ratio <= 1);
}

void TestMonitor::metricsTellTheSame()
{
    m_hub->setConnections(5);
    launch({});
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->gauge(u"connections"_s), 5, patience);
    for (const QString &name : {u"load_1m"_s, u"load_5m"_s, u"memory_used_bytes"_s,
             u"memory_available_bytes"_s, u"disk_used_ratio"_s, u"disk_free_bytes"_s})
        QTRY_VERIFY2_WITH_TIMEOUT(m_hub->gauge(name) >= 0, qPrintable(name), patience);
    QTRY_VERIFY_WITH_TIMEOUT(m_hub->counter(u"rows_written"_s) >= 3, patience);
    QVERIFY(rows() >= int(m_hub->counter(u"rows_written"_s)));
    const QJsonValue write = m_hub->latest(u"metrics"_s).value(keys::histograms)[u"write_ms"_s];
    QVERIFY(write[keys::count].toInt() >= 3);
    QVERIFY(write[keys::max].toDouble() >= write[keys::min].toDouble());
    QVERIFY(write[keys::min].toDouble() > 0);
    stop();
}

void TestMonitor::oldRowsGo()
{
    launch({{u"keep_rows"_s, 4}});
    QTRY_VERIFY_WITH_TIMEOUT(m_hub->counter(u"rows_written"_s) >= 8, patience);
    stop();
    QCOMPARE(rows(), 4);
    QVERIFY(select(u"max(id)"_s).toInt() >= 8);
}

void TestMonitor::aDatabaseThatCannotBeWrittenIsToldAndNoRowIsLost()
{
    QFile inTheWay(m_directory->filePath(u"folder"_s));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    launch({});
    QTRY_VERIFY_WITH_TIMEOUT(m_hub->counter(u"database_errors"_s) >= 3, patience);
    QCOMPARE(m_hub->counter(u"rows_written"_s), 0);
    const QString status = m_hub->latest(u"status"_s).value(keys::text).toString();
    QVERIFY2(status.startsWith(u"not writing: "_s), qPrintable(status));
    QVERIFY(inTheWay.remove());
    QTRY_VERIFY_WITH_TIMEOUT(rows() >= 4, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->latest(u"status"_s).value(keys::text).toString(), u"writing again"_s, patience);
    QCOMPARE(m_process->state(), QProcess::Running);
    stop();
}

void TestMonitor::connectionsThatAreNotKnownAreNull()
{
    m_hub->setRefusesRequests(true);
    launch({});
    QTRY_VERIFY_WITH_TIMEOUT(rows() >= 2, patience);
    QVERIFY(select(u"max(connections)"_s).isNull());
    QTRY_VERIFY_WITH_TIMEOUT(m_hub->counter(u"connection_errors"_s) >= 1, patience);
    stop();
}

void TestMonitor::aStopEndsItCleanlyAndLosesNoRow()
{
    launch({});
    QTRY_VERIFY_WITH_TIMEOUT(m_hub->counter(u"rows_written"_s) >= 1, patience);
    stop();
    QVERIFY(rows() >= int(m_hub->counter(u"rows_written"_s)));
}

void TestMonitor::settingsThatMakeNoSenseAreRefused_data()
{
    QTest::addColumn<QJsonObject>("settings");
    QTest::addColumn<QString>("what");
    QTest::newRow("too often") << QJsonObject{{u"interval_ms"_s,
        1}} << u"settings.interval_ms: expected a whole number from 100 to 86400000"_s;
    QTest::newRow("half") << QJsonObject{{u"interval_ms"_s, 150.5}} << u"settings.interval_ms: "_s;
    QTest::newRow("text") << QJsonObject{{u"keep_rows"_s, u"many"_s}} << u"settings.keep_rows: "_s;
    QTest::newRow("none") << QJsonObject{{u"keep_rows"_s, 0}} << u"settings.keep_rows: "_s;
    QTest::newRow("path") << QJsonObject{{u"database"_s, 7}}
                          << u"settings.database: expected a path"_s;
    QTest::newRow("unknown") << QJsonObject{{u"intervall_ms"_s, 300}}
                             << u"settings.intervall_ms: unknown"_s;
}

void TestMonitor::settingsThatMakeNoSenseAreRefused()
{
    QFETCH(const QJsonObject, settings);
    QFETCH(const QString, what);
    launch(settings);
    QTRY_COMPARE_WITH_TIMEOUT(m_process->state(), QProcess::NotRunning, patience);
    QCOMPARE(m_process->exitCode(), 78);
    const QString fault = m_hub->latest(u"fault"_s).value(keys::what).toString();
    QVERIFY2(fault.startsWith(what), qPrintable(fault));
}

QTEST_GUILESS_MAIN(TestMonitor)
#include "tst_monitor.moc"
