// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <QObject>

#include <chrono>
#include <functional>

namespace semper {

/// Whether one launch gets something done, as it tells itself. Supervision's thread.
class StallWatch : public QObject
{
    Q_OBJECT
public:
    /// \a limit: without work for longer it is stalled. Time in which \a isPaused counts for
    /// nothing.
    StallWatch(std::chrono::milliseconds limit, std::function<bool()> isPaused);

    /// How often a process has to tell of its work, while it does some.
    [[nodiscard]] static std::chrono::milliseconds intervalFor(std::chrono::milliseconds limit);

    /// It is ready, and its time runs; nothing where it does already.
    void begin();
    void worked();
    void end();

Q_SIGNALS:
    void stalled();
    /// After that: it told of work.
    void workedAgain();

private:
    enum class State { Off, Working, Stalled };

    std::chrono::milliseconds m_limit;
    State m_state = State::Off;
    PatientTimer m_timer;
};

} // namespace semper
