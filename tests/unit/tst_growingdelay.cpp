// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/growingdelay.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace semper;

class TestGrowingDelay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void growsToItsLimitAndBeginsAnew();
    void growsAsFastAsItIsTold();
    void nothingStaysNothing();
    void variesWithinItsSharesAndItsLimit();
    void aConnectionsIsSpreadOverTheUpperHalf();
    void aConnectionsIsNeverAsGoodAsNothing();
};

void TestGrowingDelay::growsToItsLimitAndBeginsAnew()
{
    GrowingDelay delay(100ms, 700ms);
    for (int round = 0; round < 2; ++round) {
        QVERIFY(!delay.hasGrown());
        for (const auto expected : {100ms, 200ms, 400ms, 700ms, 700ms}) {
            QCOMPARE(delay.now(), expected);
            QCOMPARE(delay.next(), expected);
            QVERIFY(delay.hasGrown());
        }
        delay.reset();
    }
    QCOMPARE(delay.after(1'000'000'000, 1), 700ms);
}

void TestGrowingDelay::growsAsFastAsItIsTold()
{
    GrowingDelay delay(10ms, 1h, 3);
    for (const auto expected : {10ms, 30ms, 90ms, 270ms})
        QCOMPARE(delay.next(), expected);
    GrowingDelay constant(10ms, 1h, 1);
    QCOMPARE(constant.after(1000, 1), 10ms);
}

// The restarts of a process with "backoff_ms": 0 that has failed hundreds of times, with a
// multiplier of 10: infinity times nothing is no number.
void TestGrowingDelay::nothingStaysNothing()
{
    QCOMPARE(GrowingDelay(0ms, 30s, 10).after(1000, 1), 0ms);
    QCOMPARE(GrowingDelay(1ms, 30s, 10).after(1000, 1), 30s);
}

void TestGrowingDelay::variesWithinItsSharesAndItsLimit()
{
    const GrowingDelay delay = GrowingDelay(1000ms, 4000ms).varied(0.75, 1.25);
    QCOMPARE(delay.after(0, 0), 750ms);
    QCOMPARE(delay.after(0, 0.5), 1000ms);
    QCOMPARE(delay.after(0, 1), 1250ms);
    QCOMPARE(delay.after(9, 0), 3000ms);
    QCOMPARE(delay.after(9, 1), 4000ms);
    GrowingDelay taken = delay;
    for (int i = 0; i < 100; ++i) {
        const auto next = taken.next();
        QVERIFY(next >= 750ms && next <= 4000ms);
    }
}

void TestGrowingDelay::aConnectionsIsSpreadOverTheUpperHalf()
{
    const auto delay = GrowingDelay::ofConnection(250ms, 30s);
    QCOMPARE(delay.after(0, 1), 250ms);
    QCOMPARE(delay.after(1, 1), 500ms);
    QCOMPARE(delay.after(2, 0), 500ms);
    QCOMPARE(delay.after(2, 0.5), 750ms);
    QCOMPARE(delay.after(2, 1), 1000ms);
    QCOMPARE(delay.after(7, 1), 30s);
    QCOMPARE(GrowingDelay::ofConnection(250ms, 0ms).after(3, 1), 250ms);
}

void TestGrowingDelay::aConnectionsIsNeverAsGoodAsNothing()
{
    for (const int others : {0, 1, 1024, 1'000'000'000}) {
        QVERIFY(GrowingDelay::ofConnection(0ms, 0ms).after(others, 0) >= 25ms);
        QCOMPARE(GrowingDelay::ofConnection(0ms, 50ms).after(others, 1), 50ms);
    }
    QCOMPARE(GrowingDelay::ofConnection(0ms, 30s).after(3, 1), 400ms);
}

QTEST_GUILESS_MAIN(TestGrowingDelay)
#include "tst_growingdelay.moc"
