// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/crossing.h"

#include <QEventLoop>
#include <QSemaphore>
#include <QTest>
#include <QThread>

#include <future>
#include <memory>
#include <thread>

using namespace semper;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

} // namespace

/// An event loop, and the way into it.
class LoopThread : public QThread
{
public:
    LoopThread() { start(); }

    [[nodiscard]] Crossing *crossing() { return m_made.get_future().get(); }

private:
    void run() override
    {
        Crossing crossing;
        m_made.set_value(&crossing);
        exec();
    }

    std::promise<Crossing *> m_made;
};

class TestCrossing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void whatIsPostedRunsThereInOrder();
    void whoAsksIsAnswered();
    void whatWasNotBegunInTimeNeverRuns();
    void whatHasBegunIsWaitedFor();
    void whoWaitsIsToldOfTheEnd();
    void afterTheEndNothingRuns();
    void inItsOwnLoopAQuestionIsAnsweredAtOnce();
    void aFloodLeavesTheLoopTimeForTheRest();
    void workThatHasTheLoopTurnHoldsUpNothing();

private:
    std::unique_ptr<LoopThread> m_thread;
    Crossing *m_crossing = nullptr; ///< into its loop
};

void TestCrossing::init()
{
    m_thread = std::make_unique<LoopThread>();
    m_crossing = m_thread->crossing();
}

void TestCrossing::cleanup()
{
    m_thread->quit();
    QVERIFY(m_thread->wait(QDeadlineTimer(patience)));
}

void TestCrossing::whatIsPostedRunsThereInOrder()
{
    QList<int> seen;
    const QThread *where = nullptr;
    for (int i = 0; i < 1000; ++i)
        m_crossing->post([&seen, &where, i] {
            seen.append(i);
            where = QThread::currentThread();
        });
    QCOMPARE(m_crossing->ask([&seen] { return seen.size(); }, patience), 1000);
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(seen.at(i), i);
    QCOMPARE(where, m_thread.get());
}

void TestCrossing::whoAsksIsAnswered()
{
    QCOMPARE(m_crossing->ask([] { return QThread::currentThread(); }, patience), m_thread.get());
}

void TestCrossing::whatWasNotBegunInTimeNeverRuns()
{
    QSemaphore goOn;
    m_crossing->post([&goOn] { goOn.acquire(); });
    bool hasRun = false;
    QCOMPARE(m_crossing->ask([&hasRun] { return hasRun = true; }, 1ms), std::nullopt);
    goOn.release();
    QCOMPARE(m_crossing->ask([] { return true; }, patience), true); // all before it is over
    QVERIFY(!hasRun);
}

void TestCrossing::whatHasBegunIsWaitedFor()
{
    QSemaphore begun;
    QSemaphore goOn;
    std::optional<int> answer;
    std::thread asking([&] {
        const auto slow = [&] {
            begun.release();
            goOn.acquire();
            return 5;
        };
        answer = m_crossing->ask(slow, 1ms); // may be over before it begins, on a busy machine
    });
    const bool hasBegun = begun.tryAcquire(1, 1000);
    goOn.release();
    asking.join();
    QCOMPARE(answer.has_value(), hasBegun || begun.tryAcquire());
}

void TestCrossing::whoWaitsIsToldOfTheEnd()
{
    QSemaphore goOn;
    m_crossing->post([&goOn] { goOn.acquire(); });
    std::optional<int> answer = 1;
    std::thread asking([&] { answer = m_crossing->ask([] { return 5; }, patience); });
    m_crossing->close(); // before it asks, or while it waits
    asking.join();
    goOn.release();
    m_thread->quit();
    QVERIFY(m_thread->wait(QDeadlineTimer(patience))); // what acquires it is over
    QCOMPARE(answer, std::nullopt);
}

void TestCrossing::afterTheEndNothingRuns()
{
    m_crossing->close();
    bool hasRun = false;
    m_crossing->post([&hasRun] { hasRun = true; });
    QCOMPARE(m_crossing->ask([&hasRun] { return hasRun = true; }, patience), std::nullopt);
    QVERIFY(!hasRun);
}

void TestCrossing::inItsOwnLoopAQuestionIsAnsweredAtOnce()
{
    const auto nested = [this] { return m_crossing->ask([] { return 7; }, patience).value_or(0); };
    QCOMPARE(m_crossing->ask(nested, patience), 7);
}

void TestCrossing::aFloodLeavesTheLoopTimeForTheRest()
{
    int done = 0;
    for (int i = 0; i < 400; ++i)
        m_crossing->post([&done] {
            QThread::msleep(1);
            ++done;
        });
    std::promise<int> seen;
    QMetaObject::invokeMethod(
        m_crossing, [&done, &seen] { seen.set_value(done); }, Qt::QueuedConnection);
    std::future<int> doneBefore = seen.get_future();
    QCOMPARE(doneBefore.wait_for(30s), std::future_status::ready);
    QVERIFY2(doneBefore.get() < 400, "an event waited for all that was posted before it");
    QCOMPARE(m_crossing->ask([&done] { return done; }, patience), 400);
}

// A service's slot that waited in an event loop of its own for the answer to a request waited for
// ever: the answer was behind it in the crossing.
void TestCrossing::workThatHasTheLoopTurnHoldsUpNothing()
{
    QSemaphore inside;
    QSemaphore outside;
    QEventLoop *nested = nullptr;
    m_crossing->post([&] {
        QEventLoop loop;
        nested = &loop;
        inside.release();
        loop.exec();
        outside.release();
    });
    m_crossing->post([] {}); // waits already when the loop turns
    QVERIFY(inside.tryAcquire(1, 30'000));
    QCOMPARE(m_crossing->ask([] { return 5; }, patience), 5);
    m_crossing->post([&] { nested->quit(); });
    QVERIFY(outside.tryAcquire(1, 30'000));
    QCOMPARE(m_crossing->ask([] { return 7; }, patience), 7);
}

QTEST_GUILESS_MAIN(TestCrossing)
#include "tst_crossing.moc"
