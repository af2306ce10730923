// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputcollector.h"

#include "support/descriptors.h"

#include <QElapsedTimer>
#include <QScopeGuard>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace semper;
using namespace Qt::StringLiterals;

namespace {

QSet<QString> descriptors()
{
    const QStringList open = test::openDescriptors(::getpid());
    return {open.cbegin(), open.cend()};
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
    void theEndOfALineIsItsEndWhateverItsLineEnd_data();
    void theEndOfALineIsItsEndWhateverItsLineEnd();
    void readsNoFasterThanTheLimits_data();
    void readsNoFasterThanTheLimits();
    void aStreamThatWaitsIsReadToItsEnd();
    void whatALaunchLeavesIsHandedOnAtOnce();
    void whatWasReadToItsEndIsHeldForItsLaunch();
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

// A launch between fork and exec holds copies of all descriptors. What was open under the number
// of a pipe that ended meanwhile must not be read or closed in place of it.
void TestOutputCollector::leavesAnotherOwnersDescriptorAlone()
{
    OutputCollector collector;
    const QSet<QString> before = descriptors();
    const auto made = [&] { return (descriptors() - before).values(); };
    const int out = collector.open(u"writer"_s, 0);
    QCOMPARE(made().size(), 2);

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
    QTRY_COMPARE(made().size(), 0);

    const int other = collector.open(u"other"_s, 0); // takes the number that is free again
    QCOMPARE(made().size(), 2);
    QSignalSpy batches(&collector, &OutputCollector::batchReady);
    QCOMPARE(::write(other, "line\n", 5), 5);
    QTRY_COMPARE(batches.size(), 1);
    QCOMPARE(batches.first().first().value<OutputBatch>().process, u"other"_s);
    QCOMPARE(made().size(), 2);
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

void TestOutputCollector::theEndOfALineIsItsEndWhateverItsLineEnd_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("a newline") << u"^ready$"_s << QByteArray("ready\n");
    QTest::newRow("as of Windows") << u"^ready$"_s << QByteArray("ready\r\n");
    QTest::newRow("twice over") << u"^ready$"_s << QByteArray("ready\r\r\n");
    QTest::newRow("asked for") << u"ready\\r$"_s << QByteArray("ready\r\n");
    QTest::newRow("the very end") << u"ready\\z"_s << QByteArray("ready\r\n");
    QTest::newRow("one in the middle") << u"^10 %.*ready$"_s << QByteArray("10 %\rready\r\n");
}

void TestOutputCollector::theEndOfALineIsItsEndWhateverItsLineEnd()
{
    QFETCH(const QString, pattern);
    QFETCH(const QByteArray, line);
    OutputCollector collector;
    QSignalSpy found(&collector, &OutputCollector::lineFound);
    const int out = collector.open(u"writer"_s, 0, {.launch = "it", .pattern = pattern});
    const QByteArray lines = "ready soon\r\n" + line;
    QCOMPARE(::write(out, lines.constData(), std::size_t(lines.size())), lines.size());
    QTRY_COMPARE(found.size(), 1);
    ::close(out);
}

void TestOutputCollector::readsNoFasterThanTheLimits_data()
{
    QTest::addColumn<OutputLimitsSpec>("limits");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("bytes") << OutputLimitsSpec{.readMaxBytesPerSecond = 100'000}
                           << QByteArray(999, 'x') + '\n';
    QTest::newRow("lines") << OutputLimitsSpec{.readMaxLinesPerSecond = 50'000}
                           << QByteArray("y\n");
}

void TestOutputCollector::readsNoFasterThanTheLimits()
{
    QFETCH(const OutputLimitsSpec, limits);
    QFETCH(const QByteArray, text);
    OutputCollector collector;
    const int out = collector.open(u"writer"_s, 0, {.launch = "it"}, limits);
    ::fcntl(out, F_SETFL, O_NONBLOCK);
    const QByteArray flood = text.repeated(64 * 1024 / text.size());
    qint64 written = 0;
    QElapsedTimer clock;
    clock.start();
    while (!clock.hasExpired(1500)) {
        if (const auto size = ::write(out, flood.constData(), std::size_t(flood.size())); size > 0)
            written += size;
        QTest::qWait(1);
    }
    // What was read, for the pipe holds the rest.
    const qint64 held = 64 * 1024;
    const double seconds = double(clock.elapsed()) / 1000 + 0.2;
    const double most = std::min(double(limits.readMaxBytesPerSecond),
                            double(limits.readMaxLinesPerSecond * text.size()))
            * seconds
        + 2 * double(held);
    QVERIFY2(double(written) <= most, qPrintable(u"%1 of %2"_s.arg(written).arg(most)));
    QVERIFY(written > held);

    collector.setLimits("it", {});
    const qint64 before = written;
    const auto isReadFaster = [&] {
        if (const auto size = ::write(out, flood.constData(), std::size_t(flood.size())); size > 0)
            written += size;
        return written > before + 8 * held;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isReadFaster(), 30'000);
    ::close(out);
}

void TestOutputCollector::aStreamThatWaitsIsReadToItsEnd()
{
    OutputCollector collector;
    const QSet<QString> before = descriptors();
    QStringList lines;
    qint64 dropped = 0;
    connect(&collector, &OutputCollector::batchReady, this, [&](const OutputBatch &batch) {
        lines += batch.lines;
        dropped += batch.dropped;
    });
    const int out = collector.open(u"writer"_s, 0, {}, {.readMaxBytesPerSecond = 20'000});
    const QByteArray text = QByteArray("0123456789\n").repeated(1000) + "the last";
    QCOMPARE(::write(out, text.constData(), std::size_t(text.size())), text.size());
    ::close(out);
    QTRY_COMPARE(lines.size() + dropped, 1001);
    QCOMPARE(lines.last(), u"the last"_s);
    QTRY_COMPARE(descriptors(), before);
}

void TestOutputCollector::whatALaunchLeavesIsHandedOnAtOnce()
{
    OutputCollector collector;
    QStringList lines;
    connect(&collector, &OutputCollector::batchReady, this,
        [&](const OutputBatch &batch) { lines += batch.lines; });
    const int out
        = collector.open(u"writer"_s, 0, {.launch = "it"}, {.readMaxBytesPerSecond = 4096});
    const QByteArray text = QByteArray("0123456789\n").repeated(100) + "the last";
    QCOMPARE(::write(out, text.constData(), std::size_t(text.size())), text.size());
    ::close(out);
    const QStringList last = collector.takeLast(u"writer"_s, 0, "it");
    QCOMPARE(last, QStringList(9, u"0123456789"_s) + QStringList{u"the last"_s});
    collector.handOnLast(u"writer"_s, 0); // the event loop has not turned
    QCOMPARE(lines.size(), 101);
    QCOMPARE(lines.last(), u"the last"_s);
    QCOMPARE(collector.takeLast(u"writer"_s, 0, "it"), QStringList());
    QCOMPARE(collector.takeLast(u"writer"_s, 0, "no such launch"), QStringList());
    collector.handOnLast(u"writer"_s, 0);
    QCOMPARE(lines.size(), 101);
}

void TestOutputCollector::whatWasReadToItsEndIsHeldForItsLaunch()
{
    OutputCollector collector;
    QSignalSpy batches(&collector, &OutputCollector::batchReady);
    const QSet<QString> before = descriptors();
    const int first = collector.open(u"writer"_s, 0, {.launch = "first"});
    QCOMPARE(::write(first, "x\n", 2), 2); // so that what comes next waits for the next delivery
    QTRY_COMPARE(batches.size(), 1);
    QCOMPARE(::write(first, "last\n", 5), 5);
    ::close(first);
    QTRY_COMPARE(descriptors(), before); // read to its end
    QCOMPARE(collector.takeLast(u"writer"_s, 0, "first"), (QStringList{u"x"_s, u"last"_s}));
    const int next = collector.open(u"writer"_s, 0, {.launch = "next"});
    QCOMPARE(::write(next, "of the next\n", 12), 12);
    collector.handOnLast(u"writer"_s, 0);
    QStringList lines;
    const auto told = [&] {
        lines.clear();
        for (const QList<QVariant> &batch : std::as_const(batches))
            lines += batch.first().value<OutputBatch>().lines;
        return lines.size();
    };
    QTRY_COMPARE(told(), 3);
    QCOMPARE(lines, (QStringList{u"x"_s, u"last"_s, u"of the next"_s}));
    ::close(next);
}

QTEST_GUILESS_MAIN(TestOutputCollector)
#include "tst_outputcollector.moc"
