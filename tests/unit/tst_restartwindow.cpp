// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/restartwindow.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace semper;

class TestRestartWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsOldFallsOut();
    void thousandsAreCounted();
    void aLongSilenceLeavesNothing();
    void theNextFallIsWhenACountIsLess();
};

void TestRestartWindow::whatIsOldFallsOut()
{
    RestartWindow window;
    const Instant begin(100min);
    QCOMPARE(window.count(begin, 10min), 0);
    window.add(begin);
    window.add(begin + 30s);
    window.add(begin + 5min);
    QCOMPARE(window.count(begin + 5min, 10min), 3);
    QCOMPARE(window.count(begin + 9min, 10min), 3);
    QCOMPARE(window.count(begin + 10min, 10min), 1);
    QCOMPARE(window.count(begin + 15min, 10min), 0);
    QCOMPARE(window.count(begin + 15min, RestartWindow::length), 3);
    QCOMPARE(window.count(begin + 60min, RestartWindow::length), 1);
    QCOMPARE(window.count(begin + 65min, RestartWindow::length), 0);
    window.add(begin + 65min);
    window.clear();
    QCOMPARE(window.count(begin + 65min, RestartWindow::length), 0);
}

void TestRestartWindow::thousandsAreCounted()
{
    RestartWindow window;
    Instant now(1min);
    for (int i = 0; i < 10'000; ++i)
        window.add(now += 200ms);
    QCOMPARE(window.count(now, RestartWindow::length), 10'000);
    QVERIFY(window.count(now, 10min) <= 10 * 60 * 5);
    QVERIFY(window.count(now, 10min) >= 9 * 60 * 5);
}

void TestRestartWindow::aLongSilenceLeavesNothing()
{
    RestartWindow window;
    window.add(Instant(3min));
    window.add(Instant(1000h));
    QCOMPARE(window.count(Instant(1000h), RestartWindow::length), 1);
}

void TestRestartWindow::theNextFallIsWhenACountIsLess()
{
    RestartWindow window;
    Instant now(30min + 20s);
    QCOMPARE(window.nextFall(now), std::nullopt);
    window.add(now);
    for (const std::chrono::minutes length : {10min, 60min}) {
        const auto fall = window.nextFall(now);
        QVERIFY(fall);
        QCOMPARE(window.count(*fall - 1ms, length), 1);
        QCOMPARE(window.count(*fall, length), 0);
        now = *fall;
    }
    QCOMPARE(window.nextFall(now), std::nullopt);
}

QTEST_GUILESS_MAIN(TestRestartWindow)
#include "tst_restartwindow.moc"
