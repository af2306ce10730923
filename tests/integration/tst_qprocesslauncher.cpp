// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/qprocesslauncher.h"

#include "support/descriptors.h"

#include <QFile>
#include <QScopeGuard>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;

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

QTEST_GUILESS_MAIN(TestQProcessLauncher)
#include "tst_qprocesslauncher.moc"
