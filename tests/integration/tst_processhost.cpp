// SPDX-License-Identifier: GPL-3.0-or-later
#include "testhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QFile>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patience = 30'000;

[[nodiscard]] QString program()
{
    return qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper-process"_s;
}

[[nodiscard]] QByteArray ofProcess(const QProcess &process, const QString &name)
{
    QFile file(u"/proc/%1/%2"_s.arg(process.processId()).arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// The real semper-process against a hub on a real socket.
class TestProcessHost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itSaysHelloAndBeginsOnlyWhenWelcome();
    void settingsReachItAndTheTokenDoesNot();
    void itsTitleIsWhatPsShows();
    void messagesGoBothWays();
    void itsBeginningIsReadinessOnlyWhereTheModeSaysSo_data();
    void itsBeginningIsReadinessOnlyWhereTheModeSaysSo();
    void itBeatsAsOftenAsItIsTold();
    void itStopsBeatingWhenItsLoopHangs();
    void aStopEndsItWithZero_data();
    void aStopEndsItWithZero();
    void aStopBeforeTheWelcomeEndsItWithZero();
    void aSignalThatComesLateChangesNothing_data();
    void aSignalThatComesLateChangesNothing();
    void anEndOfRunIsZero();
    void whatItThrowsIsToldAndIsSeventy_data();
    void whatItThrowsIsToldAndIsSeventy();
    void aConfigurationErrorIsSeventyEightAndSaysSo();
    void aClassThatIsNotThereIsSeventyEight();
    void withoutAServerItSaysHowToTryAClass();
    void afterALostConnectionTheServerIsToldEverythingAgain();
    void aServerThatRefusesIsLoggedAndTriedAgain();
};

void TestProcessHost::itSaysHelloAndBeginsOnlyWhenWelcome()
{
    TestHub hub;
    hub.setWelcomes(false);
    QProcess process;
    hub.launch(process, program(), u"test::Echo"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.hellos(), 1, patience);
    const QJsonObject expected{{keys::type, u"hello"_s}, {keys::process, u"worker"_s},
        {keys::instance, 1}, {keys::token, u"secret"_s}};
    QCOMPARE(hub.latest(u"hello"_s), expected);
    QVERIFY(hub.frames(u"status"_s).isEmpty());
    hub.sendWelcome();
    QTRY_COMPARE_WITH_TIMEOUT(hub.gauge(u"connections"_s), 2, patience);
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::settingsReachItAndTheTokenDoesNot()
{
    TestHub hub;
    hub.setSettings({{u"interval_ms"_s, 7}});
    QProcess process;
    hub.launch(process, program(), u"test::Echo"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.gauge(u"token_visible"_s), 0, patience);
    const QJsonValue report = hub.latest(u"metrics"_s).value(keys::report);
    QCOMPARE(report[u"settings"_s][u"interval_ms"_s].toInt(), 7);
    QCOMPARE(report[keys::instance].toInt(), 1);
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::itsTitleIsWhatPsShows()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::Echo"_s);
    QTRY_COMPARE_WITH_TIMEOUT(
        hub.latest(u"title"_s).value(keys::text).toString(), u"echo-of-worker"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(ofProcess(process, u"comm"_s), "echo-of-worker\n", patience);
    QByteArray commandLine = ofProcess(process, u"cmdline"_s);
    while (commandLine.endsWith('\0'))
        commandLine.chop(1);
    QCOMPARE(commandLine, "echo-of-worker");
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::messagesGoBothWays()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::Echo"_s);
    QTRY_VERIFY_WITH_TIMEOUT(hub.latest(u"ready"_s).value(keys::ready).toBool(), patience);
    hub.send(makeFrame(frames::message, {{keys::payload, QJsonObject{{u"ö"_s, 1}}}}));
    QTRY_COMPARE_WITH_TIMEOUT(
        hub.latest(u"message"_s).value(keys::payload)[u"echo"_s][u"ö"_s].toInt(), 1, patience);
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::itsBeginningIsReadinessOnlyWhereTheModeSaysSo_data()
{
    QTest::addColumn<QString>("mode");
    QTest::addColumn<bool>("ready");
    QTest::newRow("a server that knows no modes") << QString() << true;
    QTest::newRow("started") << u"started"_s << true;
    QTest::newRow("notify") << u"notify"_s << false;
    QTest::newRow("tcp") << u"tcp"_s << false;
}

void TestProcessHost::itsBeginningIsReadinessOnlyWhereTheModeSaysSo()
{
    QFETCH(const QString, mode);
    TestHub hub;
    hub.setReadyMode(mode);
    QProcess process;
    hub.launch(process, program(), u"test::SleepForever"_s);
    // Told after readiness, and by run() itself.
    QTRY_COMPARE_WITH_TIMEOUT(
        hub.latest(u"status"_s).value(keys::text).toString(), u"asleep"_s, patience);
    QTEST(!hub.frames(u"ready"_s).isEmpty(), "ready");
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::itBeatsAsOftenAsItIsTold()
{
    TestHub hub;
    hub.setHeartbeat(20);
    QProcess process;
    hub.launch(process, program(), u"test::SleepForever"_s);
    QTRY_VERIFY_WITH_TIMEOUT(hub.frames(u"heartbeat"_s).size() > 10, patience);
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::itStopsBeatingWhenItsLoopHangs()
{
    TestHub hub;
    hub.setHeartbeat(20);
    QProcess process;
    hub.launch(process, program(), u"test::Hang"_s);
    QTRY_VERIFY_WITH_TIMEOUT(hub.frames(u"heartbeat"_s).size() > 2, patience);
    QTRY_VERIFY_WITH_TIMEOUT(hub.silence() > 400ms, patience); // twenty beats' time
    process.kill();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::aStopEndsItWithZero_data()
{
    QTest::addColumn<QString>("className");
    QTest::addColumn<int>("signal");
    for (const QString &className : {u"test::Echo"_s, u"test::SleepForever"_s}) {
        QTest::addRow("%s frame", qUtf8Printable(className)) << className << 0;
        QTest::addRow("%s TERM", qUtf8Printable(className)) << className << SIGTERM;
        QTest::addRow("%s INT", qUtf8Printable(className)) << className << SIGINT;
    }
}

void TestProcessHost::aStopEndsItWithZero()
{
    QFETCH(const QString, className);
    QFETCH(const int, signal);
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), className);
    QTRY_VERIFY_WITH_TIMEOUT(!hub.frames(u"status"_s).isEmpty(), patience);
    if (signal == 0)
        hub.send(makeFrame(frames::stop, {{keys::deadlineMs, 1000}}));
    else
        ::kill(pid_t(process.processId()), signal);
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestProcessHost::aStopBeforeTheWelcomeEndsItWithZero()
{
    TestHub hub;
    hub.setWelcomes(false);
    QProcess process;
    hub.launch(process, program(), u"test::SleepForever"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.hellos(), 1, patience);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestProcessHost::aSignalThatComesLateChangesNothing_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

// A stop is asked for by frame and by signal: that may come when main() is over.
void TestProcessHost::aSignalThatComesLateChangesNothing()
{
    QFETCH(const int, signal);
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::EndSlowly"_s);
    QByteArray said;
    const auto isAfterMain = [&] {
        said += process.readAllStandardOutput();
        return said.contains("after main");
    };
    QTRY_VERIFY_WITH_TIMEOUT(isAfterMain(), patience);
    ::kill(pid_t(process.processId()), signal);
    QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestProcessHost::anEndOfRunIsZero()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::End"_s);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void TestProcessHost::whatItThrowsIsToldAndIsSeventy_data()
{
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("what");
    QTest::newRow("before") << u"test::Throw"_s << u"before"_s
                            << u"std::runtime_error: before the first await"_s;
    QTest::newRow("after") << u"test::Throw"_s << u"after"_s << u"std::out_of_range: no such row"_s;
    QTest::newRow("int") << u"test::Throw"_s << u"int"_s << u"int, which is no std::exception"_s;
    QTest::newRow("spawned task") << u"test::Throw"_s << u"spawned"_s
                                  << u"std::out_of_range: no such task"_s;
    QTest::newRow("constructor") << u"test::ThrowInConstructor"_s << QString()
                                 << u"std::logic_error: cannot be made"_s;
}

void TestProcessHost::whatItThrowsIsToldAndIsSeventy()
{
    QFETCH(const QString, className);
    QFETCH(const QString, kind);
    QFETCH(const QString, what);
    TestHub hub;
    hub.setSettings({{u"kind"_s, kind}});
    QProcess process;
    hub.launch(process, program(), className);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 70);
    QTRY_COMPARE_WITH_TIMEOUT(hub.latest(u"fault"_s).value(keys::what).toString(), what, patience);
    QVERIFY(process.readAllStandardError().contains(what.toUtf8()));
    if (className == u"test::Throw"_s)
        QCOMPARE(hub.counter(u"began"_s), 1); // the last metrics came over too
}

void TestProcessHost::aConfigurationErrorIsSeventyEightAndSaysSo()
{
    TestHub hub;
    hub.setSettings({{u"kind"_s, u"configuration"_s}});
    QProcess process;
    hub.launch(process, program(), u"test::Throw"_s);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 78);
    QTRY_COMPARE_WITH_TIMEOUT(hub.latest(u"fault"_s).value(keys::what).toString(),
        u"settings.url: is missing"_s, patience);
    QCOMPARE(hub.latest(u"fault"_s).value(u"configuration"), true);
    QVERIFY(hub.frames(u"ready"_s).isEmpty());
}

void TestProcessHost::aClassThatIsNotThereIsSeventyEight()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::Ecko"_s);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 78);
    const QString what = hub.latest(u"fault"_s).value(keys::what).toString();
    QVERIFY2(what.startsWith(u"no class test::Ecko; found: "_s), qPrintable(what));
    QVERIFY2(what.contains(u"test::Echo (testprocesses.so)"_s), qPrintable(what));
    QVERIFY2(what.contains(u"MonitorProcess (monitor.so)"_s), qPrintable(what));
    QVERIFY(process.readAllStandardError().contains("no class test::Ecko"));
}

void TestProcessHost::withoutAServerItSaysHowToTryAClass()
{
    QProcess process;
    process.start(program(), {u"--semper-user-process"_s, u"test::Echo"_s});
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 78);
    QVERIFY(process.readAllStandardError().contains("semper run CLASS"));
    process.start(program(), QStringList());
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 2);
}

void TestProcessHost::afterALostConnectionTheServerIsToldEverythingAgain()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"test::Echo"_s);
    QTRY_VERIFY_WITH_TIMEOUT(hub.counter(u"rounds"_s) > 0, patience);
    const double rounds = hub.counter(u"rounds"_s);
    for (int i = 0; i < 3; ++i) {
        hub.forget();
        hub.cut();
        QTRY_COMPARE_WITH_TIMEOUT(hub.hellos(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(
            hub.latest(u"title"_s).value(keys::text).toString(), u"echo-of-worker"_s, patience);
        QTRY_COMPARE_WITH_TIMEOUT(
            hub.latest(u"status"_s).value(keys::text).toString(), u"listening"_s, patience);
        QTRY_VERIFY_WITH_TIMEOUT(hub.latest(u"ready"_s).value(keys::ready).toBool(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(hub.counter(u"rounds"_s) >= rounds, patience);
    }
    QCOMPARE(process.state(), QProcess::Running);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
}

void TestProcessHost::aServerThatRefusesIsLoggedAndTriedAgain()
{
    TestHub hub;
    hub.setWelcomes(false);
    QProcess process;
    hub.launch(process, program(), u"test::SleepForever"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.hellos(), 1, patience);
    hub.send(makeFrame(frames::error,
        {{keys::code, u"wrong_token"_s}, {keys::detail, u"this token is not known"_s}}));
    QByteArray log;
    QTRY_VERIFY_WITH_TIMEOUT(
        (log += process.readAllStandardError()).contains("this token is not known"), patience);
    hub.setWelcomes(true);
    QTRY_VERIFY_WITH_TIMEOUT(!hub.frames(u"status"_s).isEmpty(), 2 * patience);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
}

QTEST_GUILESS_MAIN(TestProcessHost)
#include "tst_processhost.moc"
