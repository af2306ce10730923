// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>

#include <QObject>

#include <chrono>
#include <optional>

namespace semper {

/// Measures how long the main thread's event loop kept its events waiting: the longest turn, from
/// the first event after a wait to the next wait. Wakes nobody up by itself. Lives in the main
/// thread.
class LoopLag : public QObject
{
    Q_OBJECT
public:
    /// \a clock must outlive it.
    explicit LoopLag(const Clock &clock, QObject *parent = nullptr);

    /// The longest turn since the last call, the one that is under way included.
    [[nodiscard]] std::chrono::milliseconds take();

    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void endTurn();

    const Clock &m_clock;
    std::optional<std::chrono::milliseconds> m_turnBegan; ///< nothing while the loop waits
    std::chrono::milliseconds m_longest{0};
};

} // namespace semper
