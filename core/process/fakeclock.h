// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>

#include <QtGlobal>

#include <list>

namespace semper {

/// A clock for tests, which stands still until it is told to go on:
/// \code
/// semper::FakeLink link;
/// semper::FakeClock clock;
/// semper::Process process(u"monitor"_s, 0, {}, link, clock);
/// MonitorProcess monitor;
/// const auto task = monitor.run(process);
/// clock.advance(3s); // a sleep of three seconds ends here
/// \endcode
/// It must outlive the Process.
class SEMPER_CORE_EXPORT FakeClock : public Clock
{
public:
    FakeClock();
    ~FakeClock() override;
    Q_DISABLE_COPY_MOVE(FakeClock)

    /// Moves on by \a duration. What falls due is called back in this call, in order, each at its
    /// own time; in between the event loop does what is waiting for it.
    void advance(std::chrono::milliseconds duration);

    [[nodiscard]] std::chrono::milliseconds now() const override { return m_now; }
    [[nodiscard]] std::unique_ptr<Timer> timer(std::function<void()> callback) override;

private:
    class FakeTimer;

    [[nodiscard]] FakeTimer *nextDue(std::chrono::milliseconds until) const;

    std::chrono::milliseconds m_now{0};
    std::list<FakeTimer *> m_timers; ///< all that exist, oldest first
};

} // namespace semper
