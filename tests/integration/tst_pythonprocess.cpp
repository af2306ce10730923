// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QJsonArray>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20000;

/// "disk", a process in Python, with \a more of its configuration.
[[nodiscard]] QJsonObject diskwatch(const QJsonObject &more = {})
{
    const QString script
        = qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/processes/examples/python/diskwatch.py"_s;
    QJsonObject process{{u"command"_s, QJsonArray{u"python3"_s, u"-B"_s, script}},
        {u"settings"_s, QJsonObject{{u"interval_ms"_s, 50}, {u"path"_s, u"/tmp"_s}}},
        {u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}}}};
    for (auto it = more.begin(); it != more.end(); ++it)
        process.insert(it.key(), it.value());
    return {{u"disk"_s, process}};
}

} // namespace

/// The example processes/examples/python under a real server.
class TestPythonProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void itBecomesReadyAndSendsMetrics();
    void itBeatsAndIsKilledWhenItHangs();
    void aKilledOneIsFollowedByAnother();
    void aStopEndsItCleanlyInTheMiddleOfAWait();
    void aSignalThatComesLateChangesNothing();
};

void TestPythonProcess::initTestCase()
{
    if (QStandardPaths::findExecutable(u"python3"_s).isEmpty())
        QSKIP("python3 is not installed");
}

void TestPythonProcess::itBecomesReadyAndSendsMetrics()
{
    RunningServer server(diskwatch());
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"metrics"_s});
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.process(u"disk"_s)[u"ready"_s].toBool(), qPrintable(server.log()), patience);
    QCOMPARE(server.process(u"disk"_s)[u"status"_s].toString(), u"watching /tmp"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"metrics").isEmpty()
            && watcher.framesOf(u"metrics").constLast()[u"counters"_s][u"looks"_s].toInt() > 2,
        patience);
    const QJsonObject frame = watcher.framesOf(u"metrics").constLast();
    const double used = frame[u"gauges"_s][u"disk_used_ratio"_s].toDouble();
    QVERIFY(used > 0 && used <= 1);
    QCOMPARE(frame[u"report"_s][u"path"_s].toString(), u"/tmp"_s);
    QCOMPARE(server.stop(), 0);
}

void TestPythonProcess::itBeatsAndIsKilledWhenItHangs()
{
    RunningServer server(diskwatch({{u"watchdog_ms"_s, 3000}}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"disk"_s)[u"alive"_s], QJsonValue(true), patience);
    const qint64 victim = server.process(u"disk"_s)[u"pid"_s].toInteger();
    QVERIFY(victim > 0);
    QCOMPARE(::kill(pid_t(victim), SIGSTOP), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"disk"_s)[u"restarts"_s].toInt(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"disk"_s)[u"state"_s].toString(), u"running"_s, patience);
}

void TestPythonProcess::aKilledOneIsFollowedByAnother()
{
    RunningServer server(diskwatch());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"disk"_s)[u"ready"_s].toBool(), patience);
    const qint64 victim = server.process(u"disk"_s)[u"pid"_s].toInteger();
    QCOMPARE(::kill(pid_t(victim), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"disk"_s)[u"restarts"_s].toInt(), 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"disk"_s)[u"ready"_s].toBool(), patience);
    QVERIFY(server.process(u"disk"_s)[u"pid"_s].toInteger() != victim);
}

void TestPythonProcess::aStopEndsItCleanlyInTheMiddleOfAWait()
{
    const QJsonObject slow{{u"settings"_s, QJsonObject{{u"interval_ms"_s, 600000}}}};
    RunningServer server(diskwatch(slow));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"disk"_s)[u"ready"_s].toBool(), patience);
    QCOMPARE(server.command({u"stop"_s, u"disk"_s}).exitCode, 0);
    const QJsonObject exit = server.process(u"disk"_s)[u"last_exit"_s].toObject();
    QCOMPARE(exit[u"code"_s].toInt(-1), 0);
    QVERIFY(exit[u"signal"_s].isNull());
}

// A stop is asked for by frame and by signal: that may come while Python ends already.
void TestPythonProcess::aSignalThatComesLateChangesNothing()
{
    const QString script = uR"(
import sys, time
sys.path.insert(0, sys.argv[1])
from semper import Process
class Slow:
    def __del__(self, say=sys.stdout.write, flush=sys.stdout.flush, sleep=time.sleep):
        say("python ends\n")
        flush()
        sleep(0.5)
slow = Slow()
process = Process()
)"_s;
    const QString folder
        = qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/processes/examples/python"_s;
    RunningServer server({{u"it"_s,
        QJsonObject{{u"command"_s, QJsonArray{u"python3"_s, u"-B"_s, u"-c"_s, script, folder}},
            {u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | python ends"_s), patience);
    ::kill(pid_t(server.process(u"it"_s)[u"pid"_s].toInteger(-1)), SIGTERM);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s].toString(), u"done"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"code"_s].toInt(-1), 0);
}

QTEST_GUILESS_MAIN(TestPythonProcess)
#include "tst_pythonprocess.moc"
