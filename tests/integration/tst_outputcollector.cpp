// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/outputcollector.h"

#include <QDir>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <csignal>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;

namespace {

QSet<int> openDescriptors()
{
    QSet<int> numbers;
    for (const QString &entry : QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System))
        if (::fcntl(entry.toInt(), F_GETFD) >= 0)
            numbers.insert(entry.toInt());
    return numbers;
}

bool isOpen(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

bool isDevice(int descriptor)
{
    struct stat about
    { };
    return ::fstat(descriptor, &about) == 0 && S_ISCHR(about.st_mode);
}

} // namespace

class TestOutputCollector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handsOnLinesAndTheUnfinishedLast();
    void leavesAnotherOwnersDescriptorAlone();
    void tellsOfAnAwaitedLineOnce();
    void findsAnAwaitedLineAmongThoseItDrops();
    void aPatternWithoutEndStopsNoOutput();
};

void TestOutputCollector::handsOnLinesAndTheUnfinishedLast()
{
    OutputCollector collector;
    QStringList lines;
    connect(&collector, &OutputCollector::batchReady, this, [&](const OutputBatch &batch) {
        QCOMPARE(batch.process, u"writer"_s);
        QCOMPARE(batch.instance, 2);
        lines += batch.lines;
    });
    const int out = collector.open(u"writer"_s, 2);
    QVERIFY(out >= 0);
    QCOMPARE(::write(out, "one\ntwo\nthr", 11), 11);
    QTRY_COMPARE(lines, (QStringList{u"one"_s, u"two"_s}));
    QCOMPARE(::write(out, "ee", 2), 2);
    ::close(out);
    QTRY_COMPARE(lines, (QStringList{u"one"_s, u"two"_s, u"three"_s}));
}

// A launch between fork and exec holds copies of all descriptors. The number of a pipe that ended
// meanwhile belongs to somebody else by then, and must not be read or closed under that name.
void TestOutputCollector::leavesAnotherOwnersDescriptorAlone()
{
    OutputCollector collector;
    const QSet<int> before = openDescriptors();
    const int out = collector.open(u"writer"_s, 0);
    QSet<int> made = openDescriptors() - before;
    made.remove(out);
    QCOMPARE(made.size(), 1);
    const int reading = *made.cbegin();

    const pid_t holder = ::fork();
    QVERIFY(holder >= 0);
    if (holder == 0) {
        ::close(out); // else the pipe does not end
        for (;;)
            ::pause();
    }
    const auto end = qScopeGuard([holder] {
        ::kill(holder, SIGKILL);
        ::waitpid(holder, nullptr, 0);
    });
    ::close(out);
    QTRY_VERIFY(!isOpen(reading));

    const int nowhere = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nowhere != reading) {
        QCOMPARE(::dup2(nowhere, reading), reading);
        ::close(nowhere);
    }
    QVERIFY(isDevice(reading));
    // What another pipe wrote is handed on: by then the collector has gone through its list.
    const int other = collector.open(u"other"_s, 0);
    QSignalSpy batches(&collector, &OutputCollector::batchReady);
    QCOMPARE(::write(other, "line\n", 5), 5);
    QTRY_VERIFY(!batches.isEmpty());
    QVERIFY(isDevice(reading)); // and not a pipe that took a number which was free again
    ::close(reading);
    ::close(other);
}

void TestOutputCollector::tellsOfAnAwaitedLineOnce()
{
    OutputCollector collector;
    QSignalSpy found(&collector, &OutputCollector::lineFound);
    QSignalSpy batches(&collector, &OutputCollector::batchReady);
    const QString pattern = u"^up on port \\d+$"_s;
    const int one = collector.open(u"writer"_s, 0, {.launch = "one", .pattern = pattern});
    const int other = collector.open(u"writer"_s, 0, {.launch = "other", .pattern = pattern});
    QCOMPARE(::write(one, "going up on port 80\nup on po", 28), 28);
    QTRY_VERIFY(!batches.isEmpty());
    QVERIFY(found.isEmpty());
    QCOMPARE(::write(one, "rt 80\nup on port 81\n", 20), 20);
    QTRY_COMPARE(found.size(), 1);
    QCOMPARE(found.first().first().toByteArray(), "one");
    QCOMPARE(::write(one, "up on port 82\n", 14), 14);
    QCOMPARE(::write(other, "up on port 83", 13), 13);
    ::close(one);
    ::close(other); // the end of the output ends the line
    QTRY_COMPARE(found.size(), 2);
    QCOMPARE(found.last().first().toByteArray(), "other");
}

void TestOutputCollector::findsAnAwaitedLineAmongThoseItDrops()
{
    OutputCollector collector;
    qint64 dropped = 0;
    bool shown = false;
    connect(&collector, &OutputCollector::batchReady, this, [&](const OutputBatch &batch) {
        dropped += batch.dropped;
        shown |= batch.lines.contains(u"ready"_s);
    });
    QSignalSpy found(&collector, &OutputCollector::lineFound);
    const int out = collector.open(u"writer"_s, 0, {.launch = "it", .pattern = u"^ready$"_s});
    const QByteArray flood = QByteArray("x\n").repeated(5000) + "ready\n"; // in one reading
    QCOMPARE(::write(out, flood.constData(), std::size_t(flood.size())), flood.size());
    QTRY_COMPARE(found.size(), 1);
    QTRY_VERIFY(dropped > 0);
    QVERIFY(!shown);
    ::close(out);
}

void TestOutputCollector::aPatternWithoutEndStopsNoOutput()
{
    OutputCollector collector;
    QSignalSpy batches(&collector, &OutputCollector::batchReady);
    QSignalSpy found(&collector, &OutputCollector::lineFound);
    const int out = collector.open(u"writer"_s, 0, {.launch = "it", .pattern = u"^(a+)+$|^b$"_s});
    const QByteArray lines = QByteArray(8000, 'a') + "!\nb\n";
    QCOMPARE(::write(out, lines.constData(), std::size_t(lines.size())), lines.size());
    QTRY_COMPARE(found.size(), 1);
    QTRY_VERIFY(!batches.isEmpty());
    ::close(out);
}

QTEST_GUILESS_MAIN(TestOutputCollector)
#include "tst_outputcollector.moc"
