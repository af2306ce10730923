// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

namespace semper {

/// Measures how long the program's first event loop takes for its turns: a handler that blocks
/// makes for a long one. Costs two looks at the clock a turn, and nothing while the loop waits.
/// Belongs to the loop's thread; what it measures is for any.
class SEMPER_SERVER_EXPORT LoopMeter : public QObject
{
    Q_OBJECT
public:
    /// There must be a QCoreApplication, in this thread.
    LoopMeter();
    ~LoopMeter() override;

    /// Which turn is under way, as a number that no other has; 0 while the loop waits for something
    /// to happen. Any thread.
    [[nodiscard]] qint64 turn() const { return m_begin; }
    /// The longest turn since this was last asked, the current one included. Any thread.
    [[nodiscard]] std::chrono::milliseconds takeLongest();
    /// Has \a tell called at the begin of the next turn, once; in the loop's thread, from within
    /// it. So whoever watches has nothing to do as long as nothing happens. Any thread.
    void notifyOnce(std::function<void()> tell);

private:
    using Clock = std::chrono::steady_clock;

    /// Qt's dispatcher does not tell when its wait is over: the first event does.
    bool eventFilter(QObject *receiver, QEvent *event) override;
    void turnBegins();
    void waits();
    void note(Clock::rep now);
    [[nodiscard]] Clock::duration currentTurn() const;

    std::atomic<Clock::rep> m_begin = 0; ///< of the turn; 0: it waits
    std::atomic<Clock::rep> m_longest = 0; ///< of those that are over
    std::atomic<bool> m_isWanted = false;
    std::mutex m_mutex; ///< guards the next
    std::function<void()> m_tell;
};

} // namespace semper
