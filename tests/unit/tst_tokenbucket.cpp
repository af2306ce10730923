// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/tokenbucket.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace semper;

class TestTokenBucket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void letsABurstThroughAndThenItsRate();
    void savesUpNoMoreThanABurst();
    void takesAllOrNothing();
    void timeThatGoesBackChangesNothing();
};

namespace {

const Instant begin = Instant(1h);

} // namespace

void TestTokenBucket::letsABurstThroughAndThenItsRate()
{
    TokenBucket bucket(10, 3);
    for (int i = 0; i < 3; ++i)
        QVERIFY(bucket.take(begin));
    QVERIFY(!bucket.take(begin));
    QVERIFY(!bucket.take(begin + 99ms));
    QVERIFY(bucket.take(begin + 101ms));
    QVERIFY(!bucket.take(begin + 102ms));
    QVERIFY(!bucket.isFull(begin + 102ms));
}

void TestTokenBucket::savesUpNoMoreThanABurst()
{
    TokenBucket bucket(10, 3);
    QVERIFY(bucket.take(begin, 3));
    QVERIFY(bucket.isFull(begin + 1h));
    QVERIFY(!bucket.has(begin + 1h, 4));
    QVERIFY(bucket.take(begin + 1h, 3));
    QVERIFY(!bucket.take(begin + 1h));
}

void TestTokenBucket::takesAllOrNothing()
{
    TokenBucket bucket(1, 10);
    QVERIFY(!bucket.take(begin, 11));
    QVERIFY(bucket.take(begin, 10));
}

void TestTokenBucket::timeThatGoesBackChangesNothing()
{
    TokenBucket bucket(1, 1);
    QVERIFY(bucket.take(begin));
    QVERIFY(!bucket.take(begin - 10min));
    QVERIFY(!bucket.take(begin));
    QVERIFY(bucket.take(begin + 1s));
}

QTEST_GUILESS_MAIN(TestTokenBucket)
#include "tst_tokenbucket.moc"
