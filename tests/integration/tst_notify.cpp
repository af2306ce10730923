// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/descriptors.h"
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <csignal>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject process(const QStringList &words, const QString &mode = u"notify"_s)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)},
        {u"ready"_s, QJsonObject{{u"mode"_s, mode}}},
        {u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}};
}

QJsonObject notify(const QStringList &words)
{
    return process(QStringList(helperProgram(u"notify"_s)) + words);
}

QJsonObject shell(const QString &script)
{
    return process({u"sh"_s, u"-c"_s, script});
}

QByteArrayList environmentOf(qint64 pid)
{
    QFile file(u"/proc/%1/environ"_s.arg(pid));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split('\0') : QByteArrayList();
}

QByteArray variable(const QByteArrayList &environment, const QByteArray &name)
{
    for (const QByteArray &entry : environment)
        if (entry.startsWith(name + '='))
            return entry.sliced(name.size() + 1);
    return "not set";
}

/// Where \a name, whose launch must have begun, tells of itself.
QString socketOf(RunningServer &server, const QString &name)
{
    const auto pid = [&] { return server.process(name)[u"pid"_s].toInteger(); };
    if (!QTest::qWaitFor([&pid] { return pid() > 0; }, patience))
        return {};
    return QFile::decodeName(variable(environmentOf(pid()), "NOTIFY_SOCKET"));
}

/// 'Z' for a zombie. Source: proc(5), /proc/pid/stat.
char stateOf(qint64 pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    const QByteArray stat = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    return QByteArray(stat + "   ").sliced(stat.lastIndexOf(')') + 2).at(0);
}

/// Somebody of the server's user whom it never launched. False if the message was not taken.
bool sendAsStranger(const QString &path, const QByteArray &message)
{
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const QByteArray name = QFile::encodeName(path);
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const ssize_t sent = ::sendto(out, message.constData(), std::size_t(message.size()), 0,
        reinterpret_cast<const sockaddr *>(&address), sizeof address);
    ::close(out);
    return sent == message.size();
}

} // namespace

/// A real server, and processes that tell of themselves as sd_notify(3) does.
class TestNotify : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itIsReadyWhenItSaysSoAndNotBefore_data();
    void itIsReadyWhenItSaysSoAndNotBefore();
    void oneThatIsStoppingIsNotReadyAnyMore();
    void theToolOfSystemdIsUnderstood();
    void itsEnvironmentSaysWhereToTell();
    void theStatusIsTold();
    void anErrorToldWithTheLastBreathIsTheReason();
    void whoSaysNothingOnceReadyIsHung();
    void whoShowsItselfIsAliveUntilItStops();
    void whoAsksForTimeToStartHasIt();
    void whoAsksForTimeToStopHasIt();
    void whoAsksForTimeHasItWithoutItsLeader();
    void whoAsksForTimeMayBeSilentAndGrowOld();
    void noTimeIsTakenAwayByAsking();
    void nonsenseChangesNothing_data();
    void nonsenseChangesNothing();
    void descriptorsThatArePassedAreClosed();
    void aStrangerIsNotBelievedAndHardlyTold();
    void nobodySpeaksForAnother();
    void oneThatFloodsSilencesNobodyElse();
    void aMainProcessMustBeOneOfItsOwn();
    void theSocketIsThisUsersAloneAndGoesWithTheServer();
    void aStaleSocketIsReplacedAndAnotherFileIsNot();
    void withoutTheModeThereIsNoSocket();
};

void TestNotify::itIsReadyWhenItSaysSoAndNotBefore_data()
{
    QTest::addColumn<QJsonObject>("it");
    const QString helper = helperProgram(u"notify"_s);
    QTest::newRow("itself") << notify({u"after:go"_s, u"READY=1"_s});
    QTest::newRow("among other things") << notify({u"STATUS=loading"_s, u"RELOADING=1"_s,
        u"READY=0"_s, u"after:go"_s, u"X=1\nREADY=1\nSTATUS=up"_s, u"FDSTORE=1"_s});
    QTest::newRow("a child") << notify({u"after:go"_s, u"child:READY=1"_s});
    QTest::newRow("a program in a shell") << shell(helper + u" after:go READY=1; true"_s);
    QTest::newRow("one that left its session") << shell(
        u"setsid %1 after:go READY=1 & exec %2"_s.arg(helper, helperProgram(u"sleeper"_s)));
    QTest::newRow("over the hub") << shell(
        u"until test -e go; do sleep 0.02; done; exec %1 '{\"type\":\"ready\"}'"_s.arg(
            helperProgram(u"speak-frames"_s)));
}

void TestNotify::itIsReadyWhenItSaysSoAndNotBefore()
{
    QFETCH(const QJsonObject, it);
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 300, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QCOMPARE(server.process(u"it"_s)[u"ready"_s], false);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"ready"_s], true);
}

void TestNotify::oneThatIsStoppingIsNotReadyAnyMore()
{
    RunningServer server({{u"it"_s, notify({u"READY=1"_s, u"after:go"_s, u"STOPPING=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], false, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"running"_s);
}

void TestNotify::theToolOfSystemdIsUnderstood()
{
    if (QStandardPaths::findExecutable(u"systemd-notify"_s).isEmpty())
        QSKIP("systemd-notify is not installed");
    // Of the shell first, as it is called; then of a child, which it waits for.
    RunningServer server({{u"it"_s,
        shell(u"systemd-notify --status=loading; until test -e go; do sleep 0.02; done;"
              " systemd-notify --ready --status='up and \"well\"'; echo told; exec %1"_s.arg(
                  helperProgram(u"sleeper"_s)))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"status"_s], u"loading"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QCOMPARE(server.process(u"it"_s)[u"status"_s], u"up and \"well\""_s);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | told"), patience); // its barrier opened
}

void TestNotify::itsEnvironmentSaysWhereToTell()
{
    const QString plugins = qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
    qputenv("NOTIFY_SOCKET", "/nowhere");
    qputenv("WATCHDOG_USEC", "17");
    qputenv("WATCHDOG_PID", "17");
    RunningServer server({{u"it"_s, notify({u"READY=1"_s})},
                             {u"class"_s,
                                 QJsonObject{{u"class"_s, u"test::Echo"_s},
                                     {u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}}}}},
                             {u"other"_s, process({helperProgram(u"sleeper"_s)}, u"started"_s)}},
        {{u"plugin_directories"_s, QJsonArray{plugins}}});
    const bool started = server.start();
    qunsetenv("NOTIFY_SOCKET");
    qunsetenv("WATCHDOG_USEC");
    qunsetenv("WATCHDOG_PID");
    QVERIFY2(started, qPrintable(server.log()));
    const auto told = [&server](const QString &name) {
        const QByteArrayList all = environmentOf(server.process(name)[u"pid"_s].toInteger());
        return QByteArrayList{variable(all, "NOTIFY_SOCKET"), variable(all, "WATCHDOG_USEC"),
            variable(all, "WATCHDOG_PID")};
    };
    for (const QString &name : {u"it"_s, u"class"_s, u"other"_s})
        QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"ready"_s], true, patience);
    QCOMPARE(told(u"it"_s).sliced(1), QByteArrayList({"not set", "not set"}));
    QCOMPARE(told(u"class"_s).sliced(1), QByteArrayList({"30000000", "not set"}));
    const QByteArray folder = QFile::encodeName(server.socketPath()) + ".notify/";
    for (const QString &name : {u"it"_s, u"class"_s})
        QVERIFY2(told(name).constFirst().startsWith(folder), told(name).constFirst().constData());
    QVERIFY(told(u"it"_s).constFirst() != told(u"class"_s).constFirst());
    QCOMPARE(told(u"other"_s), QByteArrayList({"not set", "not set", "not set"}));
}

void TestNotify::theStatusIsTold()
{
    RunningServer server({{u"it"_s, notify({u"STATUS=über alles\nREADY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"status"_s], u"über alles"_s, patience);
}

void TestNotify::anErrorToldWithTheLastBreathIsTheReason()
{
    RunningServer server(
        {{u"it"_s, notify({u"READY=1"_s, u"after:go"_s, u"ERRNO=2"_s, u"exit:3"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
    const auto serverPid = pid_t(server.serverPid());

    // So the message and the end wait for the server together.
    QVERIFY(stopProcess(serverPid));
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    const bool ended = QTest::qWaitFor([pid] { return stateOf(pid) == 'Z'; }, patience);
    QCOMPARE(::kill(serverPid, SIGCONT), 0);
    QVERIFY(ended);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"code"_s], 3);
    QCOMPARE(
        server.process(u"it"_s)[u"reason"_s], u"it told of an error: No such file or directory"_s);
}

void TestNotify::whoSaysNothingOnceReadyIsHung()
{
    QJsonObject it = notify({u"after:go"_s, u"READY=1"_s});
    it.insert(u"watchdog_ms"_s, 300);
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    // Until it is ready nothing is expected.
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 1500, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QVERIFY(server.process(u"it"_s)[u"alive"_s].isNull());
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"reason"_s], u"hung: no heartbeat for 300 ms"_s);
}

void TestNotify::whoShowsItselfIsAliveUntilItStops()
{
    QJsonObject it = notify({u"READY=1"_s, u"beats:30"_s});
    it.insert(u"watchdog_ms"_s, 1500);
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"alive"_s], true, patience);
    QCOMPARE(
        variable(environmentOf(server.process(u"it"_s)[u"pid"_s].toInteger()), "WATCHDOG_USEC"),
        "1500000");
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"reason"_s], u"hung: no heartbeat for 1500 ms"_s);
    // Without its heartbeats it would have been dead after 2 s.
    QVERIFY(server.process(u"it"_s)[u"last_exit"_s][u"uptime_ms"_s].toInteger() > 3000);
}

void TestNotify::whoAsksForTimeToStartHasIt()
{
    QJsonObject patient = notify({u"EXTEND_TIMEOUT_USEC=60000000"_s, u"after:go"_s, u"READY=1"_s});
    QJsonObject late = notify({u"EXTEND_TIMEOUT_USEC=5000000"_s});
    for (QJsonObject *it : {&patient, &late})
        it->insert(u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}, {u"timeout_ms"_s, 3000}});
    RunningServer server({{u"patient"_s, patient}, {u"late"_s, late}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"late"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"late"_s)[u"reason"_s],
        u"not ready within 3 s, nor in the 5 s that it asked for: it sent no READY=1 and did "
        "not call setReady()"_s);
    QVERIFY(server.process(u"late"_s)[u"last_exit"_s][u"uptime_ms"_s].toInteger() >= 4900);
    QCOMPARE(server.process(u"patient"_s)[u"state"_s], u"starting"_s);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"patient"_s)[u"state"_s], u"running"_s, patience);
}

void TestNotify::whoAsksForTimeToStopHasIt()
{
    const auto askingFor = [](const QString &microseconds) {
        QJsonObject it = shell(u"trap '%1 EXTEND_TIMEOUT_USEC=%2 barrier exit:0;"
                               " until test -e go; do sleep 0.02; done; exit 0' TERM;"
                               " %1 READY=1 barrier exit:0; while :; do sleep 0.02; done"_s.arg(
                                   helperProgram(u"notify"_s), microseconds));
        it.insert(u"stop"_s, QJsonObject{{u"timeout_ms"_s, 3000}, {u"scope"_s, u"process"_s}});
        return it;
    };
    RunningServer server(
        {{u"patient"_s, askingFor(u"60000000"_s)}, {u"late"_s, askingFor(u"5000000"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (const QString &name : {u"patient"_s, u"late"_s}) {
        QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"ready"_s], true, patience);
        QCOMPARE(server.command({u"stop"_s, name, u"--no-wait"_s}).exitCode, 0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"late"_s)[u"state"_s], u"stopped"_s, patience);
    QCOMPARE(server.process(u"late"_s)[u"reason"_s],
        u"killed: did not stop within 3 s, nor in the 5 s that it asked for"_s);
    QCOMPARE(server.process(u"patient"_s)[u"state"_s], u"stopping"_s);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"patient"_s)[u"state"_s], u"stopped"_s, patience);
    QCOMPARE(server.process(u"patient"_s)[u"last_exit"_s][u"code"_s], 0);
}

void TestNotify::whoAsksForTimeHasItWithoutItsLeader()
{
    const auto wrapped = [](const QString &name, const QString &microseconds, const QString &how) {
        QJsonObject it
            = shell(u"(trap '%1 EXTEND_TIMEOUT_USEC=%2 barrier exit:0;"
                    " until test -e go; do sleep 0.02; done; touch %3.saved; exit 0' TERM;"
                    " %1 READY=1 barrier exit:0; while :; do sleep 0.02; done) %4"_s.arg(
                        helperProgram(u"notify"_s), microseconds, name, how));
        it.insert(u"stop"_s, QJsonObject{{u"timeout_ms"_s, 3000}, {u"leftovers_ms"_s, 3000}});
        return it;
    };
    const QString leaves = u"& until test -e leave; do sleep 0.02; done; exit 0"_s;
    RunningServer server({{u"stopped"_s, wrapped(u"stopped"_s, u"60000000"_s, u"; true"_s)},
        {u"left"_s, wrapped(u"left"_s, u"60000000"_s, leaves)},
        {u"late"_s, wrapped(u"late"_s, u"5000000"_s, u"; true"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (const QString &name : {u"stopped"_s, u"left"_s, u"late"_s})
        QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"ready"_s], true, patience);
    QFile leave(server.folder() + u"/leave"_s);
    QVERIFY(leave.open(QIODevice::WriteOnly));
    for (const QString &name : {u"stopped"_s, u"late"_s})
        QCOMPARE(server.command({u"stop"_s, name, u"--no-wait"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"late"_s)[u"state"_s], u"stopped"_s, patience);
    QCOMPARE(server.process(u"stopped"_s)[u"state"_s], u"stopping"_s);
    QCOMPARE(server.process(u"left"_s)[u"state"_s], u"done"_s);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"stopped"_s)[u"state"_s], u"stopped"_s, patience);
    for (const QString &name : {u"stopped"_s, u"left"_s})
        QTRY_VERIFY_WITH_TIMEOUT(
            QFileInfo::exists(server.folder() + u'/' + name + u".saved"_s), patience);
}

void TestNotify::whoAsksForTimeMayBeSilentAndGrowOld()
{
    QJsonObject silent = notify({u"READY=1"_s, u"EXTEND_TIMEOUT_USEC=3000000"_s});
    QJsonObject old = silent;
    silent.insert(u"watchdog_ms"_s, 1000);
    old.insert(u"max_age_ms"_s, 1000);
    RunningServer server({{u"silent"_s, silent}, {u"old"_s, old}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    // One that came to its asking too late, on a machine that paused, is followed by another.
    const auto hadItsTime = [&server](const QString &name, const QString &reason) {
        const QJsonObject it = server.process(name);
        return it[u"last_exit"_s][u"uptime_ms"_s].toInteger() >= 2900
            && QRegularExpression(reason).match(it[u"reason"_s].toString()).hasMatch();
    };
    QTRY_VERIFY_WITH_TIMEOUT(hadItsTime(u"silent"_s, u"^hung: no heartbeat for 1 s$"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        hadItsTime(u"old"_s, u"^recycled after ([3-9][0-9]{3} ms|[3-9] s)$"_s), patience);
}

void TestNotify::noTimeIsTakenAwayByAsking()
{
    RunningServer server({{u"it"_s,
        notify({u"EXTEND_TIMEOUT_USEC=1000"_s, u"barrier"_s, u"after:go"_s, u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 1000, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
}

void TestNotify::nonsenseChangesNothing_data()
{
    QTest::addColumn<QString>("word");
    for (const char *word : {"long", "nul", "empty", "READY", "ready=1", "READY=yes", "\x01\x02",
             "\n\n\n", "FDSTORE=1\nFDNAME=x", "WATCHDOG=trigger", "ERRNO=many", "MAINPID=x"})
        QTest::addRow("%s", QByteArray(word).toPercentEncoding("=").constData())
            << QString::fromLatin1(word);
}

void TestNotify::nonsenseChangesNothing()
{
    QFETCH(const QString, word);
    RunningServer server({{u"it"_s, notify({word, u"barrier"_s, u"after:go"_s, u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | barrier"), patience); // it was read
    const QJsonObject it = server.process(u"it"_s);
    QCOMPARE(it[u"state"_s], u"starting"_s);
    QCOMPARE(it[u"status"_s], QString());
    QCOMPARE(it[u"reason"_s], QString());
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
}

void TestNotify::descriptorsThatArePassedAreClosed()
{
    QStringList words{u"barrier"_s, u"READY=1"_s, u"after:go"_s};
    words += QStringList(100, u"barrier"_s);
    RunningServer server({{u"it"_s, notify(words)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    const qint64 pid = server.serverPid();
    const qsizetype before = openDescriptors(pid).size();
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    QVERIFY2(openDescriptors(pid).size() <= before + 2,
        "some of 100 were kept"); // a question may be open
}

void TestNotify::aStrangerIsNotBelievedAndHardlyTold()
{
    RunningServer server({{u"it"_s, notify({u"after:go"_s, u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString path = socketOf(server, u"it"_s);
    for (int i = 0; i < 100; ++i)
        QVERIFY(sendAsStranger(path, "READY=1\nSTATUS=mine\nMAINPID=1"));
    QFile go(server.folder() + u"/go"_s);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QVERIFY(go.open(QIODevice::WriteOnly)); // what it says comes after all of that
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QCOMPARE(server.process(u"it"_s)[u"status"_s], QString());
    QCOMPARE(server.log().count(u"belongs to no launch"), 1);
}

void TestNotify::nobodySpeaksForAnother()
{
    QJsonObject third = process({u"sh"_s, u"-c"_s,
                                    u"for each in $SEMPER_SOCKET.notify/*; do"
                                    " NOTIFY_SOCKET=$each %1 READY=1 STATUS=x & done; wait"_s.arg(
                                        helperProgram(u"notify"_s))},
        u"started"_s);
    third.insert(u"depends_on"_s, QJsonObject{{u"other"_s, u"ready"_s}});
    RunningServer server(
        {{u"it"_s, notify({})}, {u"other"_s, notify({u"READY=1"_s})}, {u"third"_s, third}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"other"_s)[u"ready"_s], true, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"third | ready"), patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"belongs to no launch"), patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    for (const QString &name : {u"it"_s, u"other"_s, u"third"_s})
        QCOMPARE(server.process(name)[u"status"_s], QString());
}

void TestNotify::oneThatFloodsSilencesNobodyElse()
{
    QJsonObject it = notify({u"READY=1"_s, u"beats:1000"_s});
    it.insert(u"watchdog_ms"_s, 3000);
    QJsonObject other = process({helperProgram(u"sleeper"_s)}, u"started"_s);
    QJsonObject flooding = notify({u"READY=1"_s, u"flood"_s});
    flooding.insert(u"instances"_s, 4);
    RunningServer server({{u"it"_s, it}, {u"other"_s, other}, {u"flooding"_s, flooding}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"alive"_s], true, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.get(u"/api/v1/processes/flooding"_s)[0][u"status"_s], u"flood"_s, patience);
    for (int i = 0; i < 10; ++i)
        QCOMPARE(server.command({u"restart"_s, u"other"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 8000, patience);
    QCOMPARE(server.process(u"it"_s)[u"alive"_s], true);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
    QVERIFY2(!server.log().contains(u"hung"_s), qPrintable(server.log()));
}

void TestNotify::aMainProcessMustBeOneOfItsOwn()
{
    RunningServer server(
        {{u"it"_s, shell(u"%1 MAINPID=1 MAINPID=$$ READY=1"_s.arg(helperProgram(u"notify"_s)))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QVERIFY2(
        server.log().contains(u"it named pid 1 as its main process"), qPrintable(server.log()));
    QCOMPARE(server.log().count(u"as its main process"), 1);
}

void TestNotify::theSocketIsThisUsersAloneAndGoesWithTheServer()
{
    RunningServer server({{u"it"_s, notify({u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QFileInfo socket(socketOf(server, u"it"_s));
    const QFileInfo folder(server.socketPath() + u".notify"_s);
    constexpr QFile::Permissions ofOthers = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup
        | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    QCOMPARE(socket.path(), folder.filePath());
    QCOMPARE(socket.permissions() & ofOthers, QFile::Permissions());
    QCOMPARE(folder.permissions() & ofOthers, QFile::Permissions());
    QCOMPARE(server.command({u"restart"_s, u"it"_s}).exitCode, 0);
    QVERIFY(socketOf(server, u"it"_s) != socket.filePath()); // each launch has its own
    QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(socket.filePath()), patience);
    QCOMPARE(server.stop(), 0);
    QVERIFY(!QFileInfo::exists(folder.filePath()));
}

void TestNotify::aStaleSocketIsReplacedAndAnotherFileIsNot()
{
    RunningServer server({{u"it"_s, notify({u"READY=1"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    ::kill(pid_t(server.serverPid()), SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    const QString path = server.socketPath() + u".notify"_s;
    const auto sockets = [&path] { return QDir(path).entryList(QDir::System); };
    QCOMPARE(sockets().size(), 1); // it had no chance
    const QString stale = sockets().constFirst();
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QCOMPARE(sockets().size(), 1);
    QVERIFY(sockets().constFirst() != stale);

    QCOMPARE(server.stop(), 0);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("precious") > 0);
    file.close();
    QVERIFY(!server.start());
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(u"cannot make the folder "_s + path), qPrintable(server.log()));
    QCOMPARE(file.size(), 8);
}

void TestNotify::withoutTheModeThereIsNoSocket()
{
    RunningServer server({{u"it"_s, process({helperProgram(u"sleeper"_s)}, u"started"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(!QFileInfo::exists(server.socketPath() + u".notify"_s));
}

QTEST_GUILESS_MAIN(TestNotify)
#include "tst_notify.moc"
