// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "journal/eventstore.h"
#include "journal/journalthread.h"

#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace semper {

/// What the journal's thread does: writes what waits in batches, serves readers, removes what is
/// too old or too much, and goes on where the disk fails: it tries again, and sets a damaged file
/// aside. It wakes up only for work.
class JournalWorker
{
public:
    JournalWorker(std::shared_ptr<JournalShared> shared, const QString &path);
    void run();

private:
    using Clock = std::chrono::steady_clock;
    using Lock = std::unique_lock<std::mutex>;
    using Outcome = EventStore::Outcome;

    void waitForWork(Lock &lock);
    void writeBatch(Lock &lock);
    void serveReading(Lock &lock);
    void pruneSome(Lock &lock);

    /// Does \a action with an open store, and once more with a new one if that is damaged.
    [[nodiscard]] Outcome attempt(const std::function<Outcome()> &action);
    [[nodiscard]] Outcome tryOnce(const std::function<Outcome()> &action);
    [[nodiscard]] Outcome openStore();
    void setAside(const StoreFault &fault);
    [[nodiscard]] Outcome saveFromDamaged();
    void follow(const Outcome &outcome);
    void tell(std::function<void(JournalThread &)> news);
    [[nodiscard]] static EventPage found(const EventQuery &query, std::vector<JournalEvent> onDisk,
        const std::vector<JournalEvent> &waiting);

    const std::shared_ptr<JournalShared> m_shared;
    EventStore m_store;
    const QString m_aside; ///< where a damaged file goes
    Outcome m_damage; ///< of the one there, until its events are saved
    Outcome m_fault; ///< of writing, while it lasts
    Clock::time_point m_nextWrite; ///< not before
    Clock::duration m_pause; ///< until the next try
    Clock::time_point m_nextAgeCheck;
    bool m_hasMoreToPrune = false;
};

} // namespace semper
