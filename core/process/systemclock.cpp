// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/systemclock.h>

#include <QTimer>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

class SystemTimer : public Clock::Timer
{
public:
    explicit SystemTimer(std::function<void()> callback)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer); // a coarse one may end a sleep 5 % early
        // The callback is kept by the connection, which outlives a timer that is destroyed in it.
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, std::move(callback));
    }

    void start(std::chrono::milliseconds delay) override { m_timer.start(std::max(0ms, delay)); }
    void stop() override { m_timer.stop(); }
    [[nodiscard]] bool isActive() const override { return m_timer.isActive(); }

private:
    QTimer m_timer;
};

} // namespace

Clock::Timer::~Timer() = default;

Clock::~Clock() = default;

std::chrono::milliseconds SystemClock::now() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

std::unique_ptr<Clock::Timer> SystemClock::timer(std::function<void()> callback)
{
    return std::make_unique<SystemTimer>(std::move(callback));
}

} // namespace semper
