// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputecho.h"
#include "output/outputgatherer.h"
#include "output/readallowance.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

const Instant begin = Instant(1h);

OutputBatch batchOf(const QString &process, int lines, qsizetype size)
{
    OutputBatch batch{.process = process, .instance = 0, .lines = {}};
    for (int i = 0; i < lines; ++i)
        batch.lines.append(QString(size, u'x'));
    return batch;
}

} // namespace

/// What bounds the output of processes: how much of it is read, handed on, and put into the log.
class TestOutputLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachSliceHasItsShare();
    void whatWasReadTooMuchIsPaidBack();
    void nothingIsSavedUp();
    void newLimitsCountFromTheNextSlice();
    void aBatchIsBoundedInLinesAndBytes();
    void manyThatWriteShareTheRoom();
    void theLogTakesSoMuchOfOneProcess();
    void theLogTakesSoMuchOfAll();
    void whatTheLogLeavesOutIsToldOnceASecond();
};

void TestOutputLimits::eachSliceHasItsShare()
{
    ReadAllowance allowance({.readMaxBytesPerSecond = 1000, .readMaxLinesPerSecond = 50});
    QCOMPARE(allowance.bytes(0, 70), 70);
    allowance.spend(70, 1);
    QCOMPARE(allowance.bytes(0, 70), 30);
    allowance.spend(30, 1);
    QCOMPARE(allowance.bytes(0, 70), 0);
    QCOMPARE(allowance.bytes(1, 1000), 100);
    allowance.spend(1, 5);
    QCOMPARE(allowance.bytes(1, 1000), 0); // of its lines
    QCOMPARE(allowance.bytes(2, 1000), 100);
}

void TestOutputLimits::whatWasReadTooMuchIsPaidBack()
{
    ReadAllowance allowance({.readMaxBytesPerSecond = 1000, .readMaxLinesPerSecond = 50});
    QCOMPARE(allowance.bytes(7, 1000), 100);
    allowance.spend(100, 22); // four slices and 2 lines
    for (int slice = 8; slice < 11; ++slice)
        QCOMPARE(allowance.bytes(slice, 1000), 0);
    QCOMPARE(allowance.bytes(11, 1000), 100);
}

void TestOutputLimits::nothingIsSavedUp()
{
    ReadAllowance allowance({.readMaxBytesPerSecond = 1000, .readMaxLinesPerSecond = 50});
    QCOMPARE(allowance.bytes(0, 1000), 100);
    allowance.spend(100, 1);
    QCOMPARE(allowance.bytes(1'000'000'000'000, 1000), 100);
}

void TestOutputLimits::newLimitsCountFromTheNextSlice()
{
    ReadAllowance allowance({.readMaxBytesPerSecond = 1000, .readMaxLinesPerSecond = 50});
    QCOMPARE(allowance.bytes(0, 1000), 100);
    allowance.setLimits({.readMaxBytesPerSecond = 10, .readMaxLinesPerSecond = 50});
    QCOMPARE(allowance.bytes(1, 1000), 1);
}

void TestOutputLimits::aBatchIsBoundedInLinesAndBytes()
{
    const OutputGatherer::Process one(u"one"_s, 0);
    const OutputGatherer::Process other(u"other"_s, 1);
    OutputGatherer gatherer;
    for (int i = 0; i < 600; ++i)
        gatherer.add(one, "x");
    for (int i = 0; i < 100; ++i)
        gatherer.add(other, QByteArray(8 * 1024, 'x'));
    QVERIFY(gatherer.isFull(one));
    QVERIFY(gatherer.isFull(other));
    gatherer.drop(one, 7);
    const OutputBatches batches = gatherer.takeAll();
    QCOMPARE(batches.size(), 2);
    QCOMPARE(batches.value(one).lines.size(), 500);
    QCOMPARE(batches.value(one).dropped, 107);
    QCOMPARE(batches.value(other).lines.size(), 32);
    QCOMPARE(batches.value(other).dropped, 68);
    QCOMPARE(batches.value(other).instance, 1);
    QVERIFY(gatherer.takeAll().isEmpty());
    gatherer.add(one, "y");
    gatherer.add(other, "z");
    QCOMPARE(gatherer.takeAll({one}).keys(), QList{other});
    const auto taken = gatherer.takeOf(one);
    QVERIFY(taken);
    QCOMPARE(taken->lines, QStringList{u"y"_s});
    QVERIFY(!gatherer.takeOf(one));
    gatherer.add(one, "then");
    gatherer.putBack(*taken);
    QCOMPARE(gatherer.takeAll().value(one).lines, (QStringList{u"y"_s, u"then"_s}));
}

void TestOutputLimits::manyThatWriteShareTheRoom()
{
    OutputGatherer gatherer;
    const auto flood = [&] {
        for (int process = 0; process < 100; ++process)
            for (int i = 0; i < 600; ++i)
                gatherer.add({u"p"_s, process}, "x");
        qsizetype lines = 0;
        for (const OutputBatch &batch : gatherer.takeAll())
            lines += batch.lines.size();
        return lines;
    };
    QCOMPARE(flood(), 50'000); // nobody knew yet that there would be so many
    QCOMPARE(flood(), 4000);
    gatherer.add({u"p"_s, 0}, "x");
    QCOMPARE(gatherer.takeAll().size(), 1);
    QCOMPARE(flood(), 50'000);
}

void TestOutputLimits::theLogTakesSoMuchOfOneProcess()
{
    qsizetype bytes = 0;
    OutputEcho echo([&bytes](const QByteArray &line) { bytes += line.size() + 1; });
    for (int i = 0; i < 100; ++i) // 4.8 MiB in ten seconds
        echo.write(batchOf(u"flood"_s, 50, 1000), begin + i * 100ms);
    QVERIFY2(
        bytes > 4 * 1024 * 1024 && bytes < 5 * 1024 * 1024, qPrintable(QString::number(bytes)));
    bytes = 0;
    for (int i = 0; i < 1000; ++i)
        echo.write(batchOf(u"flood"_s, 500, 1000), begin + 10s + i * 10ms);
    QVERIFY2(bytes < 3 * 1024 * 1024, qPrintable(QString::number(bytes)));
    bytes = 0;
    echo.write(batchOf(u"calm"_s, 10, 10), begin + 20s);
    QCOMPARE(bytes, 10 * qsizetype(qstrlen("calm | ") + 11));
}

void TestOutputLimits::theLogTakesSoMuchOfAll()
{
    qsizetype bytes = 0;
    OutputEcho echo([&bytes](const QByteArray &line) { bytes += line.size() + 1; });
    for (int i = 0; i < 100; ++i)
        for (int process = 0; process < 50; ++process)
            echo.write(batchOf(u"flood-%1"_s.arg(process), 50, 1000), begin + i * 100ms);
    QVERIFY2(bytes < 19 * 1024 * 1024, qPrintable(QString::number(bytes)));
}

void TestOutputLimits::whatTheLogLeavesOutIsToldOnceASecond()
{
    QByteArrayList lines;
    OutputEcho echo([&lines](const QByteArray &line) { lines.append(line); });
    const OutputBatch batch{.process = u"flood"_s, .instance = 1, .lines = {}, .dropped = 3};
    echo.write(batch, begin);
    QVERIFY(!echo.tellLeftOut(begin));
    QCOMPARE(lines, QByteArrayList{"flood:1 | … 3 lines dropped"});
    echo.write(batch, begin + 1ms);
    QVERIFY(echo.tellLeftOut(begin + 1ms));
    echo.write(batch, begin + 2ms);
    QVERIFY(echo.tellLeftOut(begin + 999ms));
    QVERIFY(!echo.tellLeftOut(begin + 1s));
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines.last(), "flood:1 | … 6 lines dropped");
    echo.write(batch, begin + 1001ms);
    echo.finish();
    QCOMPARE(lines.last(), "flood:1 | … 3 lines dropped");
}

QTEST_GUILESS_MAIN(TestOutputLimits)
#include "tst_outputlimits.moc"
