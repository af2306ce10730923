// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/orphankeeper.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <csignal>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 20'000;
const QByteArray mark = "SEMPER_LAUNCH=run.one";

qint64 bytesRead()
{
    QFile io(u"/proc/self/io"_s);
    if (!io.open(QIODevice::ReadOnly))
        return -1;
    return io.readLine().trimmed().split(' ').constLast().toLongLong(); // rchar
}

/// Has a shell start \a count processes, each a session of its own, and leaves them to us.
void orphan(int count, const QByteArray &itsMark, const QByteArray &more = {})
{
    QProcess shell;
    QStringList environment = QProcess::systemEnvironment();
    environment.append(QString::fromLatin1(itsMark));
    if (!more.isEmpty())
        environment.append(QString::fromLatin1(more));
    shell.setEnvironment(environment);
    shell.start(u"sh"_s,
        {u"-c"_s,
            u"i=0; while [ $i -lt %1 ]; do setsid sleep 600 < /dev/null > /dev/null 2>&1 & "
            "i=$((i + 1)); done"_s.arg(count)});
    QVERIFY(shell.waitForFinished());
}

QList<pid_t> all(OrphanKeeper &keeper, const QByteArray &itsMark)
{
    OrphanKeeper::Found found;
    do
        found = keeper.orphansOf(0x7ffffff0, itsMark); // no session of anybody
    while (!found.isComplete);
    return found.orphans;
}

} // namespace

/// The test adopts what it starts, as a server does.
class TestOrphans : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCOMPARE(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0); }
    void eachIsKnownByItsMark();
    void aDeathReadsNothingOfWhatOthersLeft();
    void manyNewOnesAreLookedAtBeforeTheNextQuestion();
    void whatEndsIsReaped();
    void aSessionTellsWithoutAMark();
};

void TestOrphans::eachIsKnownByItsMark()
{
    OrphanKeeper keeper([](pid_t) { return false; });
    orphan(2, mark);
    orphan(1, "SEMPER_LAUNCH=run.two");
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, mark).size(), 2, patience);
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, "SEMPER_LAUNCH=run.two").size(), 1, patience);
    QCOMPARE(all(keeper, "SEMPER_LAUNCH=run.thr").size(), 0);
    const QList<pid_t> found = all(keeper, mark) + all(keeper, "SEMPER_LAUNCH=run.two");
    for (const pid_t pid : found)
        ::kill(pid, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(
        all(keeper, mark).isEmpty() && all(keeper, "SEMPER_LAUNCH=run.two").isEmpty(), patience);
}

void TestOrphans::aDeathReadsNothingOfWhatOthersLeft()
{
    if (bytesRead() < 0)
        QSKIP("the kernel does not count what a process reads");
    OrphanKeeper keeper([](pid_t) { return false; });
    const int count = 200;
    orphan(count, mark, "LARGE=" + QByteArray(100'000, 'x'));
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, mark).size(), count, patience);
    const qint64 before = bytesRead();
    for (int i = 0; i < 10; ++i)
        QCOMPARE(all(keeper, "SEMPER_LAUNCH=run.two").size(), 0);
    const qint64 each = (bytesRead() - before) / 10;
    QVERIFY2(each < 4 * 1024, qPrintable(QString::number(each))); // the list of children
    const QList<pid_t> found = all(keeper, mark);
    for (const pid_t pid : found)
        ::kill(pid, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(all(keeper, mark).isEmpty(), patience);
}

void TestOrphans::manyNewOnesAreLookedAtBeforeTheNextQuestion()
{
    if (bytesRead() < 0)
        QSKIP("the kernel does not count what a process reads");
    const int count = 400;
    const qsizetype large = 100'000;
    orphan(count, mark, "LARGE=" + QByteArray(large, 'x'));
    OrphanKeeper before([](pid_t) { return false; });
    QTRY_COMPARE_WITH_TIMEOUT(all(before, mark).size(), count, patience); // they are executed
    OrphanKeeper keeper([](pid_t) { return false; });
    const qint64 read = bytesRead();
    QVERIFY(!keeper.orphansOf(0x7ffffff0, mark).isComplete);
    // Nearly all of them without another question; other reads count too.
    QTRY_VERIFY_WITH_TIMEOUT(bytesRead() - read > count * large, patience);
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, mark).size(), count, patience);
    const QList<pid_t> found = all(keeper, mark);
    for (const pid_t pid : found)
        ::kill(pid, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(all(keeper, mark).isEmpty(), patience);
}

void TestOrphans::whatEndsIsReaped()
{
    OrphanKeeper keeper([](pid_t) { return false; });
    orphan(1, mark);
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, mark).size(), 1, patience);
    const pid_t pid = all(keeper, mark).constFirst();
    QCOMPARE(::kill(pid, SIGKILL), 0);
    keeper.childEnded();
    QTRY_COMPARE_WITH_TIMEOUT(::kill(pid, 0), -1, patience); // not even a zombie
}

void TestOrphans::aSessionTellsWithoutAMark()
{
    OrphanKeeper keeper([](pid_t) { return false; });
    orphan(1, "SEMPER_LAUNCH=run.three");
    QTRY_COMPARE_WITH_TIMEOUT(all(keeper, "SEMPER_LAUNCH=run.three").size(), 1, patience);
    const pid_t pid = all(keeper, "SEMPER_LAUNCH=run.three").constFirst();
    QCOMPARE(keeper.orphansOf(pid, "SEMPER_LAUNCH=none").orphans, QList<pid_t>{pid});
    QCOMPARE(::kill(pid, SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(all(keeper, "SEMPER_LAUNCH=run.three").isEmpty(), patience);
}

QTEST_GUILESS_MAIN(TestOrphans)
#include "tst_orphans.moc"
