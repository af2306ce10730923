// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <csignal>

#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 10000;

QJsonObject command(const QStringList &words, const QJsonObject &more = {})
{
    QJsonObject process = more;
    process.insert(u"command"_s, QJsonArray::fromStringList(words));
    return process;
}

QJsonObject sleeper(const QJsonObject &more)
{
    return command({helperProgram(u"sleeper"_s)}, more);
}

QByteArray procFile(qint64 pid, const QString &name)
{
    QFile file(u"/proc/%1/%2"_s.arg(pid).arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The value of "Name:" in /proc/PID/status, its blanks made one.
QString statusField(qint64 pid, const QString &name)
{
    const QRegularExpression line(u"^%1:(.*)$"_s.arg(name), QRegularExpression::MultilineOption);
    return line.match(QString::fromUtf8(procFile(pid, u"status"_s))).captured(1).simplified();
}

/// Soft limit, hard limit.
QStringList limitOf(qint64 pid, const QString &title)
{
    for (const QByteArray &line : procFile(pid, u"limits"_s).split('\n'))
        if (line.startsWith(title.toUtf8()))
            return QString::fromUtf8(line).sliced(title.size()).simplified().split(u' ').first(2);
    return {};
}

bool hasVariable(qint64 pid, const QByteArray &entry)
{
    return procFile(pid, u"environ"_s).split('\0').contains(entry);
}

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(path));
}

qint64 runningPid(RunningServer &server, const QString &name = u"it"_s)
{
    const QJsonObject process = server.process(name);
    return process[u"state"_s] == u"running"_s ? process[u"pid"_s].toInteger() : 0;
}

} // namespace

/// What a real child may use, and as whom it runs.
class TestLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void limitsReachTheProcess();
    void withoutLimitsItHasThoseOfTheServersStart();
    void whatCannotBeSetIsAFailedStartWithItsCause_data();
    void whatCannotBeSetIsAFailedStartWithItsCause();
    void anotherUserHasItsIdsItsGroupsAndItsHome();
    void aProcessOfAnotherUserDiesWithBothHalvesOfTheServer();
    void whoDoesNotExistIsToldBeforeAnythingStarts();
    void theEnvironmentFileIsReadAtEachLaunch();
    void whatIsTooOldIsRecycledAndNotCounted();
    void whatUsesTooMuchMemoryIsStoppedAndHasFailed_data();
    void whatUsesTooMuchMemoryIsStoppedAndHasFailed();
    void memoryThatSeveralShareCountsOnce();
    void aMinuteOfTooMuchCpuIsToldOnce();
};

void TestLimits::limitsReachTheProcess()
{
    const QJsonObject limits{{u"nofile"_s, 77}, {u"core"_s, 0}, {u"fsize"_s, 4096},
        {u"cpu"_s, u"infinity"_s}, {u"stack"_s, 1 << 20}};
    RunningServer server(
        {{u"it"_s, sleeper({{u"rlimits"_s, limits}, {u"nice"_s, 7}, {u"umask"_s, u"0137"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0, patience);
    const qint64 pid = runningPid(server);
    QCOMPARE(limitOf(pid, u"Max open files"_s), (QStringList{u"77"_s, u"77"_s}));
    QCOMPARE(limitOf(pid, u"Max core file size"_s), (QStringList{u"0"_s, u"0"_s}));
    QCOMPARE(limitOf(pid, u"Max file size"_s), (QStringList{u"4096"_s, u"4096"_s}));
    QCOMPARE(limitOf(pid, u"Max cpu time"_s), (QStringList{u"unlimited"_s, u"unlimited"_s}));
    QCOMPARE(limitOf(pid, u"Max stack size"_s), (QStringList{u"1048576"_s, u"1048576"_s}));
    QCOMPARE(::getpriority(PRIO_PROCESS, id_t(pid)), 7);
    QCOMPARE(statusField(pid, u"Umask"_s), u"0137"_s);
}

void TestLimits::withoutLimitsItHasThoseOfTheServersStart()
{
    RunningServer server({{u"it"_s, sleeper({})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0, patience);
    const qint64 pid = runningPid(server);
    QCOMPARE(procFile(pid, u"limits"_s), procFile(server.guardianPid(), u"limits"_s));
    QCOMPARE(statusField(pid, u"Uid"_s), statusField(server.guardianPid(), u"Uid"_s));
    QCOMPARE(statusField(pid, u"Groups"_s), statusField(server.guardianPid(), u"Groups"_s));
    QCOMPARE(statusField(pid, u"Umask"_s), statusField(server.guardianPid(), u"Umask"_s));
}

void TestLimits::whatCannotBeSetIsAFailedStartWithItsCause_data()
{
    QTest::addColumn<QJsonObject>("fields");
    QTest::addColumn<QString>("reason");
    // More than fs.nr_open may be, whoever asks.
    QTest::newRow("rlimit") << QJsonObject{{u"rlimits"_s,
        QJsonObject{{u"nofile"_s, 9007199254740991.0}}}}
                            << u"cannot set rlimit nofile to 9007199254740991: Operation not "
                               u"permitted"_s;
    QTest::newRow("environment file")
        << QJsonObject{{u"environment_file"_s, u"none"_s}} << u"none: No such file or directory"_s;
    if (::geteuid() != 0)
        QTest::newRow("nice") << QJsonObject{{u"nice"_s, -5}}
                              << u"cannot set nice -5: Permission denied"_s;
}

void TestLimits::whatCannotBeSetIsAFailedStartWithItsCause()
{
    QFETCH(const QJsonObject, fields);
    QFETCH(const QString, reason);
    QJsonObject process = sleeper(fields);
    process.insert(u"restart"_s, QJsonObject{{u"backoff_ms"_s, 50}, {u"backoff_max_ms"_s, 200}});
    RunningServer server({{u"it"_s, process}, {u"other"_s, sleeper({})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 3, patience);
    QJsonObject it; // one look each time: it is tried again meanwhile
    const auto isPausing
        = [&] { return (it = server.process(u"it"_s))[u"state"_s] == u"backoff"_s; };
    QVERIFY(QTest::qWaitFor(isPausing, patience));
    QVERIFY2(it[u"reason"_s].toString().endsWith(reason), qPrintable(it[u"reason"_s].toString()));
    QCOMPARE(it[u"cause"_s][u"code"_s], u"not_started"_s);
    QVERIFY(it[u"last_exit"_s][u"code"_s].isNull());
    QVERIFY(it[u"last_exit"_s][u"signal"_s].isNull());
    QVERIFY(it[u"pid"_s].isNull());
    QVERIFY2(!server.log().contains(u"it: started"_s), qPrintable(server.log()));
    QVERIFY(runningPid(server, u"other"_s) > 0);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLimits::anotherUserHasItsIdsItsGroupsAndItsHome()
{
    const passwd *nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr)
        QSKIP("only root can run a process as nobody");
    const QStringList words{u"/bin/sleep"_s, u"600"_s};
    RunningServer server({
        {u"user"_s, command(words, {{u"user"_s, u"nobody"_s}})},
        {u"id"_s, command(words, {{u"user"_s, QString::number(nobody->pw_uid)}})},
        {u"group"_s, command(words, {{u"run_as_group"_s, u"daemon"_s}})},
        {u"both"_s,
            command(words,
                {{u"user"_s, u"nobody"_s}, {u"run_as_group"_s, u"12345"_s}, {u"nice"_s, -3},
                    {u"environment"_s, QJsonObject{{u"HOME"_s, u"/own"_s}}}})},
        {u"unknown"_s, command(words, {{u"user"_s, u"54321"_s}, {u"run_as_group"_s, u"12345"_s}})},
    });
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto fourTimes = [](uint id) { return QStringList(4, QString::number(id)).join(u' '); };
    QHash<QString, qint64> pids;
    for (const QString &name : {u"user"_s, u"id"_s, u"group"_s, u"both"_s, u"unknown"_s}) {
        QTRY_VERIFY_WITH_TIMEOUT(runningPid(server, name) > 0, patience);
        pids.insert(name, runningPid(server, name));
    }

    for (const QString &name : {u"user"_s, u"id"_s}) {
        QCOMPARE(statusField(pids[name], u"Uid"_s), fourTimes(nobody->pw_uid));
        QCOMPARE(statusField(pids[name], u"Gid"_s), fourTimes(nobody->pw_gid));
        QCOMPARE(statusField(pids[name], u"Groups"_s), QString::number(nobody->pw_gid));
        QVERIFY(hasVariable(pids[name], "USER=nobody"));
        QVERIFY(hasVariable(pids[name], "HOME=" + QByteArray(nobody->pw_dir)));
    }
    QCOMPARE(statusField(pids[u"group"_s], u"Uid"_s), fourTimes(0));
    QVERIFY(statusField(pids[u"group"_s], u"Gid"_s) != fourTimes(0));
    QCOMPARE(statusField(pids[u"both"_s], u"Gid"_s), fourTimes(12345));
    QCOMPARE(::getpriority(PRIO_PROCESS, id_t(pids[u"both"_s])), -3);
    QVERIFY(hasVariable(pids[u"both"_s], "HOME=/own"));
    QCOMPARE(statusField(pids[u"unknown"_s], u"Uid"_s), fourTimes(54321));
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLimits::aProcessOfAnotherUserDiesWithBothHalvesOfTheServer()
{
    if (::geteuid() != 0)
        QSKIP("only root can run a process as nobody");
    RunningServer server(
        {{u"it"_s, command({u"/bin/sleep"_s, u"600"_s}, {{u"user"_s, u"nobody"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0, patience);
    const auto serverPid = pid_t(server.serverPid());
    const auto guardian = pid_t(server.guardianPid());
    // Stopped, neither sees the other's end: only the kernel is left to act.
    QCOMPARE(kill(guardian, SIGSTOP), 0);
    QCOMPARE(kill(serverPid, SIGSTOP), 0);
    QCOMPARE(kill(guardian, SIGKILL), 0);
    QCOMPARE(kill(serverPid, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()), QList<qint64>(), patience);
}

void TestLimits::whoDoesNotExistIsToldBeforeAnythingStarts()
{
    if (::geteuid() != 0)
        QSKIP("only root can run a process as somebody else");
    RunningServer server({{u"it"_s, sleeper({{u"user"_s, u"no-such-user"_s}})}});
    QVERIFY(!server.start());
    QVERIFY2(server.log().contains(u"process it: no user \"no-such-user\" on this machine"_s),
        qPrintable(server.log()));
    const auto check
        = server.command({u"check"_s, u"--config"_s, server.folder() + u"/semper.json"_s});
    QCOMPARE(check.exitCode, 1);
    QVERIFY2(check.standardError.contains("$.services.http.processes.it: no user \"no-such-user\""),
        check.standardError.constData());
}

void TestLimits::theEnvironmentFileIsReadAtEachLaunch()
{
    RunningServer server({{u"it"_s,
        sleeper({{u"environment_file"_s, u"env"_s},
            {u"environment"_s, QJsonObject{{u"BOTH"_s, u"own"_s}}}})}});
    const QString file = server.folder() + u"/env"_s;
    write(file, "ONE=1\nBOTH=file\nTEST_MARK_OF_NOBODY='a b'\n");
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0, patience);
    const qint64 first = runningPid(server);
    QVERIFY(hasVariable(first, "ONE=1"));
    QVERIFY(hasVariable(first, "BOTH=own"));
    QVERIFY(hasVariable(first, "TEST_MARK_OF_NOBODY=a b"));

    write(file, "ONE=2\n");
    QCOMPARE(kill(pid_t(first), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0 && runningPid(server) != first, patience);
    const qint64 second = runningPid(server);
    QVERIFY(hasVariable(second, "ONE=2"));
    QVERIFY(!hasVariable(second, "TEST_MARK_OF_NOBODY=a b"));

    write(file, "ONE\n");
    QCOMPARE(kill(pid_t(second), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"it"_s)[u"reason"_s].toString().contains(u"line 1: must be NAME=VALUE"_s),
        patience);
    write(file, "ONE=3\n");
    QTRY_VERIFY_WITH_TIMEOUT(runningPid(server) > 0, patience);
    QVERIFY(hasVariable(runningPid(server), "ONE=3"));
}

void TestLimits::whatIsTooOldIsRecycledAndNotCounted()
{
    RunningServer server({{u"it"_s, sleeper({{u"max_age_ms"_s, 300}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QSet<qint64> pids;
    QTRY_VERIFY_WITH_TIMEOUT(
        (pids.insert(runningPid(server)), pids.remove(0), pids.size() >= 3), patience);
    const QJsonObject it = server.process(u"it"_s);
    QCOMPARE(it[u"restarts"_s].toInt(), 0);
    static const QRegularExpression recycled(u"^recycled after (2[789][0-9]|300) ms$"_s);
    QVERIFY2(recycled.match(it[u"reason"_s].toString()).hasMatch(),
        qPrintable(it[u"reason"_s].toString()));
}

void TestLimits::whatUsesTooMuchMemoryIsStoppedAndHasFailed_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("the process itself") << u"exec allocate 100"_s;
    QTest::newRow("its children together") << u"allocate 40 & allocate 40 & wait"_s;
    QTest::newRow("one that escaped") << u"(setsid allocate 40 &); exec allocate 40"_s;
}

void TestLimits::whatUsesTooMuchMemoryIsStoppedAndHasFailed()
{
    QFETCH(QString, script);
    script.replace(u"allocate"_s, helperProgram(u"allocate"_s));
    const QJsonObject more{{u"memory_max_bytes"_s, 64 << 20},
        {u"restart"_s, QJsonObject{{u"policy"_s, u"on-failure"_s}}}};
    RunningServer server({{u"it"_s, command({u"/bin/sh"_s, u"-c"_s, script}, more)},
        {u"small"_s, command({helperProgram(u"allocate"_s), u"40"_s}, more)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 1, patience);
    const QJsonObject it = server.process(u"it"_s);
    static const QRegularExpression used(u"^used [0-9]{2,3} MiB, more than memory_max_bytes$"_s);
    QVERIFY2(
        used.match(it[u"reason"_s].toString()).hasMatch(), qPrintable(it[u"reason"_s].toString()));
    QVERIFY(it[u"last_exit"_s][u"signal"_s] != u"SIGKILL"_s); // it was asked
    const QJsonObject cause = it[u"cause"_s].toObject();
    QCOMPARE(cause[u"code"_s], u"memory"_s);
    QCOMPARE(cause[u"by"_s], u"sample"_s);
    QCOMPARE(cause[u"limit_bytes"_s].toInteger(), 64 << 20);
    QVERIFY(cause[u"bytes"_s].toInteger() > (64 << 20));
    QCOMPARE(server.process(u"small"_s)[u"restarts"_s].toInt(), 0);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLimits::memoryThatSeveralShareCountsOnce()
{
    const QJsonObject more{{u"memory_max_bytes"_s, 100 << 20}};
    const QString allocate = helperProgram(u"allocate"_s);
    RunningServer server({{u"five"_s, command({allocate, u"60"_s, u"4"_s}, more)},
        {u"more"_s, command({allocate, u"120"_s, u"4"_s}, more)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"more"_s)[u"restarts"_s].toInt() >= 2, patience);
    static const QRegularExpression used(u"^used 1[0-9]{2} MiB, more than memory_max_bytes$"_s);
    const QString reason = server.process(u"more"_s)[u"reason"_s].toString();
    QVERIFY2(used.match(reason).hasMatch(), qPrintable(reason));
    // Looked at several times meanwhile.
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"five"_s)[u"uptime_ms"_s].toInteger() > 5000, patience);
    QCOMPARE(server.process(u"five"_s)[u"restarts"_s].toInt(), 0);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLimits::aMinuteOfTooMuchCpuIsToldOnce()
{
    if (!qEnvironmentVariableIsSet("SEMPER_LONG_TESTS"))
        QSKIP("takes more than a minute: only with SEMPER_LONG_TESTS");
    const QJsonObject more{{u"cpu_max_ratio"_s, 0.01}};
    RunningServer server(
        {{u"it"_s, command({helperProgram(u"hang"_s)}, more)}, {u"idle"_s, sleeper(more)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"above its limit"_s), 90'000);
    QCOMPARE(server.log().count(u"above its limit"_s), 1);
    QVERIFY(!server.log().contains(u"idle: used"_s));
    QVERIFY(runningPid(server) > 0);
}

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
