// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/looplag.h"

#include <semper/clock.h>

#include <QAbstractEventDispatcher>
#include <QTest>
#include <QTimer>

using namespace std::chrono_literals;
using namespace semper;

class TestLoopLag : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void leavesOutTheWait();
    void isTheLongestTurn();
    void sumsTheEventsOfOneTurn();
    void holdsTheTurnThatIsUnderWay();
    void leavesOutTheWaitOfAnInnerLoop();
};

namespace {

/// Goes on by hand. A FakeClock would serve events meanwhile.
class HandClock : public Clock
{
public:
    void advance(std::chrono::milliseconds duration) { m_now += duration; }
    [[nodiscard]] std::chrono::milliseconds now() const override { return m_now; }
    [[nodiscard]] std::unique_ptr<Timer> timer(std::function<void()>) override { return nullptr; }

private:
    std::chrono::milliseconds m_now{0};
};

/// Lets the loop wait once, for \a event, which a timer delivers.
template <typename Callback>
void waitFor(Callback event)
{
    QEventLoop loop;
    QTimer::singleShot(1ms, &loop, [&] {
        event();
        loop.quit();
    });
    loop.exec();
}

/// Lets every wait of the loop take \a length of the \a clock.
QMetaObject::Connection sleepAtEachWait(
    HandClock &clock, std::chrono::milliseconds length, QObject *context)
{
    return QObject::connect(QAbstractEventDispatcher::instance(),
        &QAbstractEventDispatcher::aboutToBlock, context,
        [&clock, length] { clock.advance(length); });
}

} // namespace

// The report is made from a timer: what it woke up from was no lag.
void TestLoopLag::leavesOutTheWait()
{
    HandClock clock;
    LoopLag lag(clock);
    sleepAtEachWait(clock, 980ms, &lag);
    for (int i = 0; i < 3; ++i) {
        const auto before = clock.now();
        std::chrono::milliseconds taken{-1};
        waitFor([&] { taken = lag.take(); });
        QVERIFY(clock.now() - before >= 980ms);
        QCOMPARE(taken, 0ms);
    }
}

void TestLoopLag::isTheLongestTurn()
{
    HandClock clock;
    LoopLag lag(clock);
    sleepAtEachWait(clock, 980ms, &lag);
    waitFor([&] { clock.advance(30ms); });
    waitFor([&] { clock.advance(400ms); });
    waitFor([&] { clock.advance(50ms); });
    QCOMPARE(lag.take(), 400ms);
    QCOMPARE(lag.take(), 0ms);
}

void TestLoopLag::sumsTheEventsOfOneTurn()
{
    HandClock clock;
    LoopLag lag(clock);
    waitFor([&] {
        for (int i = 0; i < 5; ++i)
            QMetaObject::invokeMethod(
                &lag, [&] { clock.advance(20ms); }, Qt::QueuedConnection);
    });
    waitFor([] {});
    QCOMPARE(lag.take(), 100ms);
}

void TestLoopLag::holdsTheTurnThatIsUnderWay()
{
    HandClock clock;
    LoopLag lag(clock);
    waitFor([&] {
        clock.advance(70ms);
        QCOMPARE(lag.take(), 70ms);
        clock.advance(20ms);
        QCOMPARE(lag.take(), 20ms);
    });
}

void TestLoopLag::leavesOutTheWaitOfAnInnerLoop()
{
    HandClock clock;
    LoopLag lag(clock);
    sleepAtEachWait(clock, 980ms, &lag);
    waitFor([&] {
        clock.advance(10ms);
        waitFor([&] { clock.advance(20ms); });
        clock.advance(5ms);
    });
    QCOMPARE(lag.take(), 25ms); // of the inner loop's event on
}

QTEST_GUILESS_MAIN(TestLoopLag)
#include "tst_looplag.moc"
