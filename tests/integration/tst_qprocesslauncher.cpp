// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/qprocesslauncher.h"

#include "supervisor/launchdescriptors.h"
#include "support/descriptors.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QScopeGuard>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QSet<QString> openPipes()
{
    QSet<QString> pipes;
    for (const QString &path : test::openDescriptors(::getpid())) {
        const QString target = QFile::symLinkTarget(path);
        if (target.contains(u"pipe:"_s))
            pipes.insert(path);
    }
    return pipes;
}

} // namespace

class TestQProcessLauncher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aProgramThatIsMissingCostsNoDescriptor_data();
    void aProgramThatIsMissingCostsNoDescriptor();
    void notMoreThanThirtyTwoAreStartedAtOnce();
    void aLaunchHoldsNoCopyOfWhatWasSetAside();
    void startsWhereFewLowNumbersAreFree_data();
    void startsWhereFewLowNumbersAreFree();
    void aProgramThatIsMissingCostsNoDescriptorWhereFewAreAllowed();
};

void TestQProcessLauncher::aProgramThatIsMissingCostsNoDescriptor_data()
{
    QTest::addColumn<int>("takenMeanwhile");
    QTest::addColumn<bool>("copied");
    QTest::newRow("alone") << 0 << false;
    QTest::newRow("while others fill all gaps") << 64 << false;
    QTest::newRow("while another child has copies") << 0 << true;
}

void TestQProcessLauncher::aProgramThatIsMissingCostsNoDescriptor()
{
    QFETCH(int, takenMeanwhile);
    QFETCH(bool, copied);
    QProcessLauncher launcher;
    const QSet<QString> before = openPipes();
    const auto launch = launcher.create();
    QSignalSpy failed(launch.get(), &Launch::failed);
    launch->start([] { return LaunchRequest{.program = u"/nowhere/to/be/found"_s}; });
    const pid_t child = copied ? ::fork() : 0;
    if (copied && child == 0)
        for (;;)
            ::pause();
    const auto end = qScopeGuard([child] {
        if (child > 0) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    });
    QList<int> taken;
    const auto free = qScopeGuard([&taken] {
        for (const int descriptor : std::as_const(taken))
            ::close(descriptor);
    });
    for (int i = 0; i < takenMeanwhile; ++i)
        taken.append(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    QTRY_COMPARE(failed.size(), 1);
    QTRY_COMPARE(openPipes() - before, QSet<QString>());
}

void TestQProcessLauncher::notMoreThanThirtyTwoAreStartedAtOnce()
{
    constexpr int count = 100;
    QProcessLauncher launcher;
    std::vector<std::unique_ptr<Launch>> launches;
    int begun = 0;
    int started = 0;
    int ended = 0;
    int most = 0; // that have begun and not started
    for (int i = 0; i < count; ++i) {
        launches.push_back(launcher.create());
        connect(launches.back().get(), &Launch::started, this, [&] { ++started; });
        connect(launches.back().get(), &Launch::ended, this, [&] { ++ended; });
        launches.back()->start([&] {
            most = std::max(most, ++begun - started);
            return LaunchRequest{.program = u"/bin/true"_s};
        });
    }
    QTRY_COMPARE_WITH_TIMEOUT(ended, count, 20'000);
    QCOMPARE(started, count);
    QCOMPARE(most, 32);
}

// The launch is held up between fork and exec: at the entrance of its control group, which is a
// named pipe here, once it leads a session of its own.
void TestQProcessLauncher::aLaunchHoldsNoCopyOfWhatWasSetAside()
{
    const QTemporaryDir folder;
    const QByteArray entrance = folder.filePath(u"entrance"_s).toLocal8Bit();
    QCOMPARE(::mkfifo(entrance.constData(), 0600), 0);
    int ends[2];
    if (!canSetAside())
        QSKIP("children copy all descriptors here: a limit of fewer than 16,384, or a sandbox");
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    const int writer = setAside(ends[1]);
    QVERIFY(writer > ends[1]);

    bool copied = true;
    std::thread other([&, server = ::getpid()] { // while the main thread waits for exec
        const QDeadlineTimer patience(20s);
        const auto isHeldUp = [list = u"/proc/%1/task/%1/children"_s.arg(server)] {
            QFile file(list);
            const QByteArray child
                = file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
            return child.toInt() > 0 && ::getsid(child.toInt()) == child.toInt();
        };
        while (!isHeldUp() && !patience.hasExpired())
            QThread::yieldCurrentThread();
        ::close(writer);
        pollfd reader{.fd = ends[0], .events = POLLIN, .revents = 0};
        copied = ::poll(&reader, 1, 2000) == 0; // else it hangs up
        const int door = ::open(entrance.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        pollfd visitor{.fd = door, .events = POLLIN, .revents = 0};
        static_cast<void>(::poll(&visitor, 1, 20'000));
        ::close(door);
    });
    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy ended(launch.get(), &Launch::ended);
    launch->start(
        [&] { return LaunchRequest{.program = u"/bin/true"_s, .settings = {.cgroup = entrance}}; });
    other.join();
    ::close(ends[0]);
    QVERIFY(!copied);
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended.first().first().value<ExitReport>().code, 0);
}

void TestQProcessLauncher::startsWhereFewLowNumbersAreFree_data()
{
    QTest::addColumn<int>("free");
    for (const int count : {0, 1, 2, 3, 40})
        QTest::addRow("%d", count) << count;
}

void TestQProcessLauncher::startsWhereFewLowNumbersAreFree()
{
    QFETCH(int, free);
    if (!canSetAside())
        QSKIP("there are no low and high numbers here");
    QList<int> taken;
    const auto giveBack = [&taken](qsizetype count) {
        for (; count > 0; --count)
            ::close(taken.takeLast());
    };
    const auto end = qScopeGuard([&] { giveBack(taken.size()); });
    const int aside = setAside(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    do {
        taken.append(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        QVERIFY(taken.last() >= 0);
    } while (taken.last() < aside);
    ::close(aside);
    giveBack(free + 1); // the last was none of the low ones

    QProcessLauncher launcher;
    const auto launch = launcher.create();
    QSignalSpy ended(launch.get(), &Launch::ended);
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    launch->start([&] {
        return LaunchRequest{.program = u"/bin/sh"_s,
            .arguments = {u"-c"_s, u"cat; echo here; exit 3"_s},
            .outputDescriptor = ends[1]};
    });
    const auto missing = launcher.create();
    QSignalSpy failed(missing.get(), &Launch::failed);
    missing->start([] { return LaunchRequest{.program = u"/nowhere/to/be/found"_s}; });
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended.first().first().value<ExitReport>().code, 3);
    QTRY_COMPARE(failed.size(), 1);
    ::close(ends[1]);
    std::array<char, 8> said{};
    QCOMPARE(::read(ends[0], said.data(), said.size()), 5);
    QCOMPARE(QByteArray(said.data()), "here\n");
    ::close(ends[0]);
}

void TestQProcessLauncher::aProgramThatIsMissingCostsNoDescriptorWhereFewAreAllowed()
{
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit few = before;
    few.rlim_cur = 256;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto restore = qScopeGuard([&before] { ::setrlimit(RLIMIT_NOFILE, &before); });
    QProcessLauncher launcher; // raised the limit already, which is done once
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const QSet<QString> pipes = openPipes();
    const auto launch = launcher.create();
    QSignalSpy failed(launch.get(), &Launch::failed);
    launch->start([] { return LaunchRequest{.program = u"/nowhere/to/be/found"_s}; });
    QTRY_COMPARE(failed.size(), 1);
    QTRY_COMPARE(openPipes() - pipes, QSet<QString>());
}

QTEST_GUILESS_MAIN(TestQProcessLauncher)
#include "tst_qprocesslauncher.moc"
