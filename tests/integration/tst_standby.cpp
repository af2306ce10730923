// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

QString plugins()
{
    return qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
}

QJsonObject pluginsIn(const QString &directory)
{
    return {{u"plugin_directories"_s, QJsonArray{directory}}};
}

QJsonObject process(QJsonObject more = {})
{
    more.insert(u"class"_s, u"test::Identify"_s);
    if (!more.contains(u"standby"_s))
        more.insert(u"standby"_s, 1);
    return more;
}

QByteArray commandLine(qint64 pid)
{
    QFile file(u"/proc/%1/cmdline"_s.arg(pid));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The hosts of a server that wait, as the kernel knows them.
QList<qint64> hostsInStandby(const RunningServer &server)
{
    QList<qint64> pids = survivors(server.mark());
    pids.removeIf([](qint64 pid) { return !commandLine(pid).contains("--standby"); });
    return pids;
}

/// False where there is no such process; 0 would be this test itself.
bool killed(qint64 pid)
{
    return pid > 0 && ::kill(pid_t(pid), SIGKILL) == 0;
}

bool isRunning(const QJsonObject &process)
{
    return process[u"state"_s] == u"running"_s;
}

} // namespace

/// Hosts in standby, of a real server.
class TestStandby : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDeathIsAnsweredByAHostThatWaited();
    void aRestartThatWasAskedForUsesItToo();
    void whoTakesOverKnowsItsInstanceAndItsSettings();
    void whatItPrintsIsThatOfItsInstanceAndMakesItReady();
    void aStopEndsThoseThatWaitAndAStartBringsThemBack();
    void nothingThatWaitedOutlivesTheServer();
    void oneThatDiesWhileItWaitsIsReplacedAndDoesNotCount();
    void oneThatIsDeadAlreadyIsNotTaken();
    void oneThatIsFrozenIsNotTaken();
    void whatWasLoadedFromAnOlderFileIsNotUsed();
    void aFileThatChangedWhileItWasLoadedIsAnOlderOne();
    void aClassThatCannotBeLoadedAnyMoreIsTriedEverMoreSeldom();
    void aScaleToNothingEndsThoseThatWait();
};

void TestStandby::aDeathIsAnsweredByAHostThatWaited()
{
    RunningServer server({{u"it"_s, process({{u"standby"_s, 2}})}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 2, patience);
    const QList<qint64> waited = hostsInStandby(server);
    QCOMPARE(waited.size(), 2);
    const QJsonObject before = server.process(u"it"_s);
    QVERIFY(!waited.contains(before[u"pid"_s].toInteger()));
    QCOMPARE(before[u"restarts"_s], 0);

    QVERIFY(killed(before[u"pid"_s].toInteger()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server.process(u"it"_s)), patience);
    const qint64 successor = server.process(u"it"_s)[u"pid"_s].toInteger();
    QVERIFY2(waited.contains(successor), qPrintable(server.log()));
    QVERIFY(!commandLine(successor).contains("--standby"));
    QCOMPARE(server.process(u"it"_s)[u"alive"_s], true);

    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 2, patience);
    QCOMPARE(hostsInStandby(server).size(), 2);
    QCOMPARE(server.process(u"it"_s)[u"pid"_s].toInteger(), successor);
}

void TestStandby::aRestartThatWasAskedForUsesItToo()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const QList<qint64> waited = hostsInStandby(server);
    const auto restart = server.command({u"restart"_s, u"it"_s});
    QVERIFY2(restart.exitCode == 0, restart.standardError);
    QCOMPARE(server.process(u"it"_s)[u"pid"_s].toInteger(), waited.value(0));
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestStandby::whoTakesOverKnowsItsInstanceAndItsSettings()
{
    const QJsonObject settings{{u"colour"_s, u"green"_s}};
    RunningServer server({{u"it"_s, process({{u"instances"_s, 3}, {u"settings"_s, settings}})}},
        pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto instance = [&server] { return server.get(u"/api/v1/processes/it"_s)[2].toObject(); };
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"standby"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(instance()), patience);
    const QList<qint64> waited = hostsInStandby(server);
    QVERIFY(killed(instance()[u"pid"_s].toInteger()));
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"pid"_s].toInteger(), waited.value(0), patience);
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"status"_s], u"2 2 {\"colour\":\"green\"}"_s, patience);
}

void TestStandby::whatItPrintsIsThatOfItsInstanceAndMakesItReady()
{
    const QJsonObject ready{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"^identified [0-9]+$"_s}};
    RunningServer server(
        {{u"it"_s, process({{u"instances"_s, 2}, {u"ready"_s, ready}})}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto instance = [&server] { return server.get(u"/api/v1/processes/it"_s)[1].toObject(); };
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"standby"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(instance()), patience);
    const qint64 waited = hostsInStandby(server).value(0);
    QVERIFY(killed(instance()[u"pid"_s].toInteger()));
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"pid"_s].toInteger(), waited, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(instance()), patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        server.log().contains(u"it:1 | identified %1\n"_s.arg(waited)), patience);
}

void TestStandby::aStopEndsThoseThatWaitAndAStartBringsThemBack()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(hostsInStandby(server).isEmpty(), patience);
    QCOMPARE(server.process(u"it"_s)[u"standby"_s], 0);
    QVERIFY2(!server.log().contains(u"standby is lost"_s), qPrintable(server.log()));
    QCOMPARE(server.command({u"start"_s, u"it"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
}

void TestStandby::nothingThatWaitedOutlivesTheServer()
{
    RunningServer server({{u"it"_s, process({{u"standby"_s, 3}})}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 3, patience);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
    QVERIFY2(!server.log().contains(u"standby is lost"_s), qPrintable(server.log()));
}

void TestStandby::oneThatDiesWhileItWaitsIsReplacedAndDoesNotCount()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const QJsonObject before = server.process(u"it"_s);
    const QList<qint64> waited = hostsInStandby(server);
    QVERIFY(killed(waited.value(0)));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.log().contains(
            u"it: a host in standby is lost: killed by SIGKILL; the next one in 200 ms"_s),
        patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QCOMPARE(hostsInStandby(server).size(), 1);
    QVERIFY(hostsInStandby(server) != waited);
    const QJsonObject after = server.process(u"it"_s);
    QCOMPARE(after[u"pid"_s], before[u"pid"_s]);
    QCOMPARE(after[u"restarts"_s], 0);
    QVERIFY(after[u"last_exit"_s].isNull());
}

void TestStandby::oneThatIsDeadAlreadyIsNotTaken()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const qint64 waited = hostsInStandby(server).value(0);
    const qint64 first = server.process(u"it"_s)[u"pid"_s].toInteger();
    // The server sees both deaths at once, whichever it looks at first.
    const auto serverPid = pid_t(server.serverPid());
    QVERIFY(serverPid > 0);
    QVERIFY(stopProcess(serverPid));
    QVERIFY(killed(first));
    QVERIFY(killed(waited));
    // Its command line is gone a moment before the kernel counts it as dead.
    QTRY_VERIFY_WITH_TIMEOUT(
        stateOfProcess(first) == 'Z' && stateOfProcess(waited) == 'Z', patience);
    QCOMPARE(::kill(serverPid, SIGCONT), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server.process(u"it"_s)), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 1);
}

void TestStandby::whatWasLoadedFromAnOlderFileIsNotUsed()
{
    const QTemporaryDir folder;
    const QString plugin = folder.filePath(u"testprocesses.so"_s);
    QVERIFY(QFile::copy(plugins() + u"/testprocesses.so"_s, plugin));
    RunningServer server({{u"it"_s, process()}}, pluginsIn(folder.path()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const QList<qint64> waited = hostsInStandby(server);
    // As a build puts a new one there.
    QVERIFY(QFile::remove(plugin));
    QVERIFY(QFile::copy(plugins() + u"/testprocesses.so"_s, plugin));
    const auto restart = server.command({u"restart"_s, u"it"_s});
    QVERIFY2(restart.exitCode == 0, restart.standardError);
    QVERIFY(!waited.contains(server.process(u"it"_s)[u"pid"_s].toInteger()));
    QVERIFY2(server.log().contains(plugin + u" has changed since"_s), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QVERIFY(hostsInStandby(server) != waited);
}

void TestStandby::oneThatIsFrozenIsNotTaken()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const qint64 waited = hostsInStandby(server).value(0);
    QVERIFY(waited > 0);
    QVERIFY(stopProcess(waited));
    const auto restart = server.command({u"restart"_s, u"it"_s});
    QVERIFY2(restart.exitCode == 0, restart.standardError);
    QVERIFY(server.process(u"it"_s)[u"pid"_s].toInteger() != waited);
    QVERIFY2(server.log().contains(u"a host in standby is not used: it is frozen"_s),
        qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QVERIFY(!hostsInStandby(server).contains(waited));
}

void TestStandby::aFileThatChangedWhileItWasLoadedIsAnOlderOne()
{
    const QTemporaryDir folder;
    const QString plugin = folder.filePath(u"testprocesses.so"_s);
    QVERIFY(QFile::copy(plugins() + u"/testprocesses.so"_s, plugin));
    // Touched by each host that loads it.
    const QJsonObject touches{{u"SEMPER_TEST_TOUCH"_s, plugin}};
    RunningServer server(
        {{u"it"_s, process({{u"environment"_s, touches}})}}, pluginsIn(folder.path()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const QList<qint64> waited = hostsInStandby(server);
    const auto restart = server.command({u"restart"_s, u"it"_s});
    QVERIFY2(restart.exitCode == 0, restart.standardError);
    QVERIFY(!waited.contains(server.process(u"it"_s)[u"pid"_s].toInteger()));
    QVERIFY2(server.log().contains(plugin + u" has changed since"_s), qPrintable(server.log()));
}

void TestStandby::aClassThatCannotBeLoadedAnyMoreIsTriedEverMoreSeldom()
{
    const QTemporaryDir folder;
    const QString plugin = folder.filePath(u"testprocesses.so"_s);
    QVERIFY(QFile::copy(plugins() + u"/testprocesses.so"_s, plugin));
    RunningServer server({{u"it"_s, process()}}, pluginsIn(folder.path()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    const QJsonObject before = server.process(u"it"_s);
    QVERIFY(QFile::remove(plugin));
    QVERIFY(killed(hostsInStandby(server).value(0)));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.log().contains(
            u"a host in standby is lost: exited with code 78; the next one in 1600 ms"_s),
        3 * patience);
    QVERIFY2(server.log().contains(u"no class test::Identify"_s), qPrintable(server.log()));
    QCOMPARE(server.log().count(u"standby is lost"_s), 4);
    const QJsonObject after = server.process(u"it"_s);
    QVERIFY(isRunning(after));
    QCOMPARE(after[u"pid"_s], before[u"pid"_s]);
    QCOMPARE(after[u"standby"_s], 0);
    QCOMPARE(after[u"restarts"_s], 0);
}

void TestStandby::aScaleToNothingEndsThoseThatWait()
{
    RunningServer server({{u"it"_s, process()}}, pluginsIn(plugins()));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QCOMPARE(server.command({u"scale"_s, u"it"_s, u"0"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(hostsInStandby(server).isEmpty(), patience);
}

QTEST_GUILESS_MAIN(TestStandby)
#include "tst_standby.moc"
