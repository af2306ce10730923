// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/qprocesslauncher.h"

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
