// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>

#include <QObject>

#include <chrono>

namespace semper {

/// Measures how long the event loop of its thread was kept from its events: the longest turn
/// between waking up and waiting again. Wakes nobody up by itself.
class LoopLag : public QObject
{
    Q_OBJECT
public:
    /// \a clock must outlive it.
    explicit LoopLag(const Clock &clock, QObject *parent = nullptr);

    /// The longest turn since the last call, the one that is under way included.
    [[nodiscard]] std::chrono::milliseconds take();

private:
    void endTurn();

    const Clock &m_clock;
    std::chrono::milliseconds m_turnBegan;
    std::chrono::milliseconds m_longest{0};
};

} // namespace semper
