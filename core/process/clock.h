// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <chrono>
#include <functional>
#include <memory>

namespace semper {

/// Time as a Process sees it: monotonic, never a date. SystemClock in a running process,
/// FakeClock in a test.
class SEMPER_CORE_EXPORT Clock
{
public:
    /// One alarm. Starting it again replaces the earlier deadline; destroying it stops it.
    class SEMPER_CORE_EXPORT Timer
    {
    public:
        virtual ~Timer();
        /// Calls back once after \a delay, from the event loop. A delay below 0 counts as 0.
        virtual void start(std::chrono::milliseconds delay) = 0;
        virtual void stop() = 0;
        [[nodiscard]] virtual bool isActive() const = 0;
    };

    virtual ~Clock();

    /// Since some fixed moment; it never falls.
    [[nodiscard]] virtual std::chrono::milliseconds now() const = 0;
    /// A timer that is not started yet. The clock must outlive it.
    [[nodiscard]] virtual std::unique_ptr<Timer> timer(std::function<void()> callback) = 0;
};

} // namespace semper
