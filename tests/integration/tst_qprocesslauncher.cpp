// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/qprocesslauncher.h"

#include "launch/launchdescriptors.h"
#include "os/setaside.h"
#include "support/descriptors.h"

#include <QFile>
#include <QScopeGuard>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
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
    for (int i = 0; i < count; ++i) {
        launches.push_back(launcher.create());
        connect(launches.back().get(), &Launch::started, this, [&] { ++started; });
        connect(launches.back().get(), &Launch::ended, this, [&] { ++ended; });
        launches.back()->start([&] {
            ++begun;
            return LaunchRequest{.program = u"/bin/true"_s};
        });
    }
    QCOMPARE(begun, 32); // none has given its place up before the event loop turns
    QTRY_COMPARE_WITH_TIMEOUT(ended, count, 20'000);
    QCOMPARE(begun, count);
    QCOMPARE(started, count);
}

void TestQProcessLauncher::aLaunchHoldsNoCopyOfWhatWasSetAside()
{
    if (!canSetAside())
        QSKIP("children copy all descriptors here: a limit of fewer than 16,384, or a sandbox");
    struct Seen
    {
        int low;
        int aside;
        bool hasLow = false;
        bool hasAside = true;
    };
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    Seen seen{.low = ends[0], .aside = setAside(ends[1])};
    QVERIFY(seen.aside > ends[1]);

    // As QProcess makes a child: in this program's memory, which waits for its end.
    const auto look = [](void *argument) {
        auto &child = *static_cast<Seen *>(argument);
        child.hasLow = ::fcntl(child.low, F_GETFD) >= 0;
        child.hasAside = ::fcntl(child.aside, F_GETFD) >= 0;
        ::_exit(0);
        return 0;
    };
    std::vector<char> stack(64 * 1024);
    const auto fork = [&] {
        return ::clone(look, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &seen);
    };
    {
        const LaunchDescriptors few(ends[0], -1);
        const int child = fork();
        QVERIFY(child > 0);
        QCOMPARE(::waitpid(child, nullptr, 0), child);
    }
    QVERIFY(seen.hasLow);
    QVERIFY(!seen.hasAside);
    QVERIFY(::fcntl(seen.aside, F_GETFD) >= 0); // it parted, and closed nothing here
    ::close(ends[0]);
    ::close(seen.aside);
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
