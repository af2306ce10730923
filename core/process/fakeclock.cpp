// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/fakeclock.h>

#include <QAbstractEventDispatcher>

#include <algorithm>
#include <optional>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

/// One round is not enough: an answer arrives in the first and resumes its coroutine in the next.
void settle()
{
    constexpr int mostRounds = 1000; // code that always has more to do must not hang a test
    QAbstractEventDispatcher *loop = QAbstractEventDispatcher::instance();
    for (int round = 0; loop && round < mostRounds; ++round) {
        if (!loop->processEvents(QEventLoop::AllEvents))
            return;
    }
}

} // namespace

class FakeClock::FakeTimer : public Clock::Timer
{
public:
    FakeTimer(FakeClock &clock, std::function<void()> callback)
        : m_clock(clock)
        , m_callback(std::move(callback))
        , m_place(clock.m_timers.insert(clock.m_timers.end(), this))
    { }
    ~FakeTimer() override { m_clock.m_timers.erase(m_place); }
    Q_DISABLE_COPY_MOVE(FakeTimer)

    void start(std::chrono::milliseconds delay) override
    {
        m_due = m_clock.m_now + std::max(0ms, delay);
    }
    void stop() override { m_due.reset(); }
    [[nodiscard]] bool isActive() const override { return m_due.has_value(); }
    [[nodiscard]] std::optional<std::chrono::milliseconds> due() const { return m_due; }

    void fire()
    {
        m_due.reset();
        const auto callback = m_callback; // it may destroy this timer
        callback();
    }

private:
    FakeClock &m_clock;
    std::function<void()> m_callback;
    std::optional<std::chrono::milliseconds> m_due;
    std::list<FakeTimer *>::iterator m_place;
};

FakeClock::FakeClock() = default;

FakeClock::~FakeClock() = default;

void FakeClock::advance(std::chrono::milliseconds duration)
{
    const auto until = m_now + duration;
    settle();
    while (FakeTimer *timer = nextDue(until)) {
        m_now = std::max(m_now, *timer->due());
        timer->fire();
        settle();
    }
    m_now = until;
}

std::unique_ptr<Clock::Timer> FakeClock::timer(std::function<void()> callback)
{
    return std::make_unique<FakeTimer>(*this, std::move(callback));
}

FakeClock::FakeTimer *FakeClock::nextDue(std::chrono::milliseconds until) const
{
    FakeTimer *next = nullptr;
    for (FakeTimer *timer : m_timers) {
        if (timer->due() && *timer->due() <= until && (!next || *timer->due() < *next->due()))
            next = timer;
    }
    return next;
}

} // namespace semper
