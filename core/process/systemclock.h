// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>

namespace semper {

/// The machine's monotonic clock, with timers on the event loop of the calling thread.
class SEMPER_CORE_EXPORT SystemClock : public Clock
{
public:
    [[nodiscard]] std::chrono::milliseconds now() const override;
    [[nodiscard]] std::unique_ptr<Timer> timer(std::function<void()> callback) override;
};

} // namespace semper
