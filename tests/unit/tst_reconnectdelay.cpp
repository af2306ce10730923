// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/reconnectdelay.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace semper;

class TestReconnectDelay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void growsToItsLimit();
    void isSpreadOverTheUpperHalf();
    void isNeverAsGoodAsNothing();
};

void TestReconnectDelay::growsToItsLimit()
{
    QCOMPARE(reconnectDelay(0, 250ms, 30s, 1), 250ms);
    QCOMPARE(reconnectDelay(1, 250ms, 30s, 1), 500ms);
    QCOMPARE(reconnectDelay(2, 250ms, 30s, 1), 1000ms);
    QCOMPARE(reconnectDelay(7, 250ms, 30s, 1), 30s);
    QCOMPARE(reconnectDelay(1'000'000, 250ms, 30s, 1), 30s);
    QCOMPARE(reconnectDelay(3, 250ms, 0ms, 1), 250ms);
}

void TestReconnectDelay::isSpreadOverTheUpperHalf()
{
    QCOMPARE(reconnectDelay(2, 250ms, 30s, 0), 500ms);
    QCOMPARE(reconnectDelay(2, 250ms, 30s, 0.5), 750ms);
}

void TestReconnectDelay::isNeverAsGoodAsNothing()
{
    for (const int failures : {0, 1, 1024, 1'000'000'000}) {
        QVERIFY(reconnectDelay(failures, 0ms, 0ms, 0) >= 25ms);
        QCOMPARE(reconnectDelay(failures, 0ms, 50ms, 1), 50ms);
    }
    QCOMPARE(reconnectDelay(3, 0ms, 30s, 1), 400ms);
}

QTEST_GUILESS_MAIN(TestReconnectDelay)
#include "tst_reconnectdelay.moc"
