// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchprogram.h"
#include "launch/qprocesslauncher.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 20'000;

/// A program that nobody gets to execute: who opens the file has to wait until it is let go, for
/// up to 45 s (fcntl(2), leases). So does a file system whose server does not answer.
class HeldProgram
{
public:
    explicit HeldProgram(const QString &path)
        : m_path(path)
    {
        ::signal(SIGIO, SIG_IGN);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write("#!/bin/sh\nexit 7\n") < 0)
            return;
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner
            | QFile::ReadOther | QFile::ExeOther);
        m_lease = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
        m_isHeld = ::fcntl(m_lease, F_SETLEASE, F_WRLCK) == 0;
    }
    ~HeldProgram() { letGo(); }
    Q_DISABLE_COPY_MOVE(HeldProgram)

    [[nodiscard]] bool isHeld() const { return m_isHeld; }
    [[nodiscard]] const QString &path() const { return m_path; }
    void letGo()
    {
        if (m_lease >= 0)
            ::close(std::exchange(m_lease, -1));
    }

private:
    QString m_path;
    int m_lease = -1;
    bool m_isHeld = false;
};

/// Field \a name of /proc/PID/status.
QString statusOf(qint64 pid, const QString &name)
{
    QFile file(u"/proc/%1/status"_s.arg(pid));
    const QString text
        = file.open(QIODevice::ReadOnly) ? u'\n' + QString::fromUtf8(file.readAll()) : QString();
    return text.section(u'\n' + name + u":\t"_s, 1).section(u'\n', 0, 0);
}

/// What the program that is launched prints, once it has ended.
QByteArray outputOf(LaunchRequest request)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return "no pipe";
    request.outputDescriptor = ends[1];
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy ended(launch.get(), &Launch::ended);
    QSignalSpy failed(launch.get(), &Launch::failed);
    launch->start([request] { return request; });
    const bool isOver
        = QTest::qWaitFor([&] { return !ended.empty() || !failed.empty(); }, patience);
    ::close(ends[1]);
    QByteArray text;
    std::array<char, 4096> buffer;
    ssize_t size = 0;
    while (isOver && (size = ::read(ends[0], buffer.data(), buffer.size())) > 0)
        text.append(buffer.data(), size);
    ::close(ends[0]);
    if (!failed.empty())
        return failed.first().first().value<LaunchFailure>().detail.toUtf8();
    return text.trimmed();
}

LaunchRequest shell(const QString &script)
{
    LaunchRequest request{.program = u"/bin/sh"_s, .arguments = {u"-c"_s, script}};
    request.environment.insert(u"PATH"_s, u"/usr/bin:/bin"_s);
    return request;
}

} // namespace

/// From a launch to its program: what may fail, what may hang, and who is in whose way.
class TestLaunching : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aProgramThatDoesNotAnswerHoldsUpNobody();
    void manyThatDoNotAnswerHoldUpNobody();
    void isExecutedOnceItAnswers();
    void nobodyElseCanStopWhatTheServerWaitsFor();
    void diesWithTheServersThreadWhileItWaits();
    void whatFailsIsToldWithStepAndErrno_data();
    void whatFailsIsToldWithStepAndErrno();
    void isFoundByThePathOfItsEnvironment_data();
    void isFoundByThePathOfItsEnvironment();
    void getsItsEnvironmentAsItIs();
    void variablesOfItsOwnMeanNothingToTheLauncher();
    void hasNoDescriptorsButItsOwn();
    void isWaitedForWhileItsFileIsWritten();
    void aProgramOfItsOwnIsLookedAt_data();
    void aProgramOfItsOwnIsLookedAt();

private:
    QTemporaryDir m_folder;
};

void TestLaunching::aProgramThatDoesNotAnswerHoldsUpNobody()
{
    HeldProgram program(m_folder.filePath(u"silent"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    QProcessLauncher launcher;
    const auto silent = launcher.create();
    QSignalSpy started(silent.get(), &Launch::started);
    QSignalSpy failed(silent.get(), &Launch::failed);
    QElapsedTimer timer;
    timer.start();
    silent->start([&] { return LaunchRequest{.program = program.path()}; });
    const auto other = launcher.create();
    QSignalSpy ended(other.get(), &Launch::ended);
    other->start([] { return LaunchRequest{.program = u"/bin/true"_s}; });
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    QVERIFY2(timer.elapsed() < patience, "it was waited for");
    QVERIFY(silent->pid() > 0);
    QVERIFY(launcher.owns(silent->pid()));
    QVERIFY(started.empty());

    silent->signal(SIGTERM, StopScope::Group);
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
    QCOMPARE(failed.first().first().value<LaunchFailure>().detail,
        u"killed by SIGTERM before it was executed"_s);
    QVERIFY(started.empty());
    QCOMPARE(silent->pid(), 0);
}

void TestLaunching::manyThatDoNotAnswerHoldUpNobody()
{
    HeldProgram program(m_folder.filePath(u"many"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    QProcessLauncher launcher;
    std::vector<std::unique_ptr<Launch>> silent;
    int failed = 0;
    for (int i = 0; i < 40; ++i) { // more than may be in flight
        silent.push_back(launcher.create());
        connect(silent.back().get(), &Launch::failed, this, [&failed] { ++failed; });
        silent.back()->start([&] { return LaunchRequest{.program = program.path()}; });
    }
    const auto other = launcher.create();
    QSignalSpy ended(other.get(), &Launch::ended);
    other->start([] { return LaunchRequest{.program = u"/bin/true"_s}; });
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    QCOMPARE(failed, 0);
    for (const auto &launch : silent)
        launch->signal(SIGKILL, StopScope::Group);
    QTRY_COMPARE_WITH_TIMEOUT(failed, 40, patience);
}

void TestLaunching::isExecutedOnceItAnswers()
{
    HeldProgram program(m_folder.filePath(u"late"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy started(launch.get(), &Launch::started);
    QSignalSpy ended(launch.get(), &Launch::ended);
    launch->start([&] { return LaunchRequest{.program = program.path()}; });
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(launch->pid(), u"Name"_s), u"semper-launch"_s, patience);
    program.letGo();
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    QCOMPARE(started.size(), 1);
    QCOMPARE(ended.first().first().value<ExitReport>().code, 7);
}

void TestLaunching::nobodyElseCanStopWhatTheServerWaitsFor()
{
    const passwd *nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr)
        QSKIP("only root can run a process as nobody");
    QFile(m_folder.path()).setPermissions(QFile::Permissions(0x7755));
    HeldProgram program(m_folder.filePath(u"nobodys"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy ended(launch.get(), &Launch::ended);
    const RunAs who{.user = nobody->pw_uid, .group = nobody->pw_gid, .groups = {nobody->pw_gid}};
    launch->start(
        [&] { return LaunchRequest{.program = program.path(), .settings = {.runAs = who}}; });
    // It has come to the exec, as nobody, in memory of its own.
    const QString uid = QString::number(nobody->pw_uid);
    QTRY_COMPARE_WITH_TIMEOUT(
        statusOf(launch->pid(), u"Uid"_s), QStringList({uid, uid, uid, uid}).join(u'\t'), patience);
    QCOMPARE(statusOf(launch->pid(), u"Name"_s), u"semper-launch"_s);
    const pid_t stopper = ::fork();
    if (stopper == 0) {
        if (::setuid(nobody->pw_uid) != 0)
            ::_exit(1);
        ::_exit(::kill(pid_t(launch->pid()), SIGSTOP) == 0 ? 0 : 2);
    }
    int status = 0;
    QCOMPARE(::waitpid(stopper, &status, 0), stopper);
    QCOMPARE(WEXITSTATUS(status), 0);
    const auto other = launcher.create();
    QSignalSpy otherEnded(other.get(), &Launch::ended);
    other->start([] { return LaunchRequest{.program = u"/bin/true"_s}; });
    QTRY_COMPARE_WITH_TIMEOUT(otherEnded.size(), 1, patience);
    QVERIFY(ended.empty());
    program.letGo();
    launch->signal(SIGCONT, StopScope::Group);
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    QCOMPARE(ended.first().first().value<ExitReport>().code, 7);
}

void TestLaunching::diesWithTheServersThreadWhileItWaits()
{
    HeldProgram program(m_folder.filePath(u"orphan"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    // The server: it says whom it launched, and dies.
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t server = ::fork();
    if (server == 0) {
        QProcessLauncher launcher;
        const auto launch = launcher.create();
        launch->start([&] { return LaunchRequest{.program = program.path()}; });
        const qint64 pid = launch->pid();
        const QDeadlineTimer deadline(patience);
        while (statusOf(pid, u"Name"_s) != u"semper-launch" && !deadline.hasExpired())
            ::usleep(1000);
        static_cast<void>(!::write(ends[1], &pid, sizeof pid));
        ::raise(SIGKILL);
    }
    qint64 pid = 0;
    ::close(ends[1]);
    QCOMPARE(::read(ends[0], &pid, sizeof pid), ssize_t(sizeof pid));
    ::close(ends[0]);
    QCOMPARE(::waitpid(server, nullptr, 0), server);
    QTRY_VERIFY_WITH_TIMEOUT(
        ::kill(pid_t(pid), 0) != 0 || statusOf(pid, u"State"_s).startsWith(u'Z'), patience);
}

void TestLaunching::whatFailsIsToldWithStepAndErrno_data()
{
    QTest::addColumn<LaunchRequest>("request");
    QTest::addColumn<QString>("step");
    QTest::addColumn<int>("error");
    QTest::addColumn<QString>("cause");
    const auto program = [](const QString &path, const ChildSettings &settings = {}) {
        LaunchRequest request{.program = path, .settings = settings};
        request.environment.insert(u"PATH"_s, u"/usr/bin:/bin"_s);
        return request;
    };
    QTest::newRow("no such file") << program(u"/nowhere/to/be/found"_s) << u"execute"_s << ENOENT
                                  << u"execve: No such file or directory"_s;
    QTest::newRow("a folder") << program(u"/usr"_s) << u"execute"_s << EACCES
                              << u"execve: Permission denied"_s;
    QTest::newRow("no program") << program(u"/etc/passwd"_s) << u"execute"_s << EACCES
                                << u"execve: Permission denied"_s;
    QTest::newRow("not in PATH") << program(u"no-such-program"_s) << u"search"_s << ENOENT
                                 << u"no program \"no-such-program\" in PATH (/usr/bin:/bin)"_s;
    LaunchRequest elsewhere = program(u"true"_s);
    elsewhere.directory = u"/nowhere"_s;
    QTest::newRow("no folder") << elsewhere << u"directory"_s << ENOENT
                               << u"chdir: No such file or directory"_s;
    QTest::newRow("no control group")
        << program(u"true"_s, {.cgroup = "/nowhere/cgroup.procs"}) << u"cgroup"_s << ENOENT
        << u"cannot enter its control group: No such file or directory"_s;
    QTest::newRow("a limit that is none")
        << program(u"true"_s, {.limits = {{RLIMIT_CORE, {.rlim_cur = 2, .rlim_max = 1}}}})
        << u"rlimit"_s << EINVAL << u"cannot set rlimit core to 2: Invalid argument"_s;
    LaunchRequest large = program(u"true"_s);
    large.arguments = {QString(200'000, u'x')};
    QTest::newRow("more arguments than the kernel takes")
        << large << u"launcher"_s << E2BIG
        << u"cannot execute semper-launch: Argument list too long"_s;
}

void TestLaunching::whatFailsIsToldWithStepAndErrno()
{
    QFETCH(const LaunchRequest, request);
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy failed(launch.get(), &Launch::failed);
    QSignalSpy started(launch.get(), &Launch::started);
    launch->start([&request] { return request; });
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
    QVERIFY(started.empty());
    const auto failure = failed.first().first().value<LaunchFailure>();
    QTEST(failure.detail, "cause");
    QTEST(failure.step, "step");
    QTEST(failure.error, "error");
}

void TestLaunching::isFoundByThePathOfItsEnvironment_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("output");
    const QString folder = m_folder.filePath(u"bin"_s);
    const QByteArray found = (folder + u"/found-here here"_s).toLocal8Bit();
    QTest::newRow("the only folder") << folder << found;
    QTest::newRow("the last one") << u"/nowhere:/usr/bin::%1/"_s.arg(folder) << found;
    QTest::newRow("none") << u"/nowhere:/etc/passwd"_s
                          << QByteArray("no program \"found-here\" in PATH "
                                        "(/nowhere:/etc/passwd)");
    QTest::newRow("it is empty")
        << QString()
        << QByteArray("no program \"found-here\" in PATH (/usr/local/bin:/usr/bin:/bin)");
}

void TestLaunching::isFoundByThePathOfItsEnvironment()
{
    QFETCH(const QString, path);
    QVERIFY(QDir().mkpath(m_folder.filePath(u"bin"_s)));
    QFile program(m_folder.filePath(u"bin/found-here"_s));
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\necho \"$0\" here\n");
    program.close();
    program.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    LaunchRequest request{.program = u"found-here"_s};
    request.environment.insert(u"PATH"_s, path);
    QByteArray output = outputOf(request);
    QTEST(output.replace("//", "/"), "output");
}

void TestLaunching::getsItsEnvironmentAsItIs()
{
    LaunchRequest request = shell(u"env"_s);
    request.environment = {};
    request.environment.insert(u"PLAIN"_s, u"value"_s);
    request.environment.insert(u"EMPTY"_s, QString());
    request.environment.insert(u"SIGN"_s, u"=a=b"_s);
    request.environment.insert(u"SEMPER_LAUNCH"_s, u"run.launch"_s);
    request.environment.insert(u"SEMPER_LAUNCHES"_s, u"7"_s);
    request.environment.insert(u"LINES_"_s, u"one two"_s);
    QList<QByteArray> lines = outputOf(request).split('\n');
    lines.removeIf([](const QByteArray &line) { return line.startsWith("PWD="); }); // the shell's
    lines.removeIf([](const QByteArray &line) { return line.startsWith("_="); });
    std::ranges::sort(lines);
    QCOMPARE(lines,
        QList<QByteArray>({"EMPTY=", "LINES_=one two", "PLAIN=value", "SEMPER_LAUNCH=run.launch",
            "SEMPER_LAUNCHES=7", "SIGN==a=b"}));
}

// While it is root, the launcher has what is to be another user's environment.
void TestLaunching::variablesOfItsOwnMeanNothingToTheLauncher()
{
    HeldProgram program(m_folder.filePath(u"preloaded"_s));
    if (!program.isHeld())
        QSKIP("no leases on this file system");
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy failed(launch.get(), &Launch::failed);
    launch->start([&] {
        LaunchRequest request{.program = program.path()};
        request.environment.insert(u"LD_PRELOAD"_s, u"/nowhere/evil.so"_s);
        request.environment.insert(u"SEMPER_LAUNCH"_s, u"a.b"_s);
        return request;
    });
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(launch->pid(), u"Name"_s), u"semper-launch"_s, patience);
    QFile environment(u"/proc/%1/environ"_s.arg(launch->pid()));
    QVERIFY(environment.open(QIODevice::ReadOnly));
    QList<QByteArray> variables = environment.readAll().split('\0');
    std::ranges::sort(variables);
    QCOMPARE(
        variables, QList<QByteArray>({"", "=LD_PRELOAD=/nowhere/evil.so", "SEMPER_LAUNCH=a.b"}));
    launch->signal(SIGKILL, StopScope::Group);
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
}

void TestLaunching::hasNoDescriptorsButItsOwn()
{
    QFile open(u"/etc/passwd"_s);
    QVERIFY(open.open(QIODevice::ReadOnly));
    const int kept = ::fcntl(open.handle(), F_DUPFD, 50); // not close-on-exec
    const auto end = qScopeGuard([kept] { ::close(kept); });
    QCOMPARE(
        outputOf(shell(u"echo /proc/$$/fd/*"_s)).replace("/proc/", "").contains("fd/50"), false);
    const QByteArray list = outputOf(shell(u"cd /proc/$$/fd; echo [0-9]*"_s));
    QCOMPARE(list.left(5), "0 1 2");
    QVERIFY2(list.size() <= 8, list); // one of the shell's, where it keeps its script open
}

void TestLaunching::isWaitedForWhileItsFileIsWritten()
{
    QFile program(m_folder.filePath(u"written"_s));
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\nexit 5\n");
    program.flush();
    program.setPermissions(QFile::ReadOwner | QFile::ExeOwner | QFile::WriteOwner);
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy ended(launch.get(), &Launch::ended);
    QSignalSpy failed(launch.get(), &Launch::failed);
    launch->start([&] { return LaunchRequest{.program = program.fileName()}; });
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(launch->pid(), u"Name"_s), u"semper-launch"_s, patience);
    program.close();
    QTRY_COMPARE_WITH_TIMEOUT(ended.size() + failed.size(), 1, patience);
    if (failed.size() == 1) // this machine paused for a second: the server is to try again
        QVERIFY(failed.first().first().value<LaunchFailure>().isPassing());
    else
        QCOMPARE(ended.first().first().value<ExitReport>().code, 5);
}

void TestLaunching::aProgramOfItsOwnIsLookedAt_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("mode");
    QTest::addColumn<QString>("problem");
    QTest::newRow("the installed one") << QString() << 0 << QString();
    QTest::newRow("none") << m_folder.filePath(u"nothing"_s) << 0 << u"No such file or directory"_s;
    QTest::newRow("a folder") << m_folder.path() << 0 << u"is no regular file"_s;
    QTest::newRow("anybody may write it")
        << m_folder.filePath(u"open"_s) << 0777 << u"can be written by others"_s;
}

void TestLaunching::aProgramOfItsOwnIsLookedAt()
{
    QFETCH(const QString, file);
    QFETCH(const int, mode);
    QFETCH(const QString, problem);
    if (mode != 0) {
        QFile made(file);
        QVERIFY(made.open(QIODevice::WriteOnly));
        made.close();
        QCOMPARE(::chmod(QFile::encodeName(file).constData(), mode_t(mode)), 0);
        if (::geteuid() != 0)
            QSKIP("only root's server asks who may write it");
    }
    const LaunchProgram program(file);
    QVERIFY2(program.problem().contains(problem), qPrintable(program.problem()));
    QCOMPARE(program.problem().isEmpty(), problem.isEmpty());
}

QTEST_GUILESS_MAIN(TestLaunching)
#include "tst_launching.moc"
