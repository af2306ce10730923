// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "journal/eventquery.h"
#include "journal/journalevent.h"
#include "journal/storefault.h"
#include "journal/waitingevents.h"
#include "spec/journalspec.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace semper {

class JournalThread;

/// What the thread of the journal and its owner share, under the mutex. It outlives both: a disk
/// that does not answer holds the thread, and nobody else.
struct JournalShared
{
    struct Reading
    {
        EventQuery query;
        EventsFound done; ///< for the owner's loop
    };

    std::mutex mutex;
    std::condition_variable work; ///< for the thread
    std::condition_variable progress; ///< for the owner: it has opened the store, or has ended
    WaitingEvents waiting;
    std::vector<JournalEvent> beingWritten;
    std::deque<Reading> readings;
    JournalSpec limits;
    std::optional<qint64> greatest; ///< id on disk, once the store was opened
    qint64 lastId = 0; ///< of what was ever added
    qint64 bytesOnDisk = 0;
    bool quits = false; ///< writes what waits, if it can, and ends
    bool hasEnded = false;
    JournalThread *owner = nullptr; ///< null once it does not listen any more
};

/// The thread that writes and reads the journal. What it tells, it tells in the loop of whoever
/// made it.
class JournalThread : public QObject
{
    Q_OBJECT
public:
    explicit JournalThread(QObject *parent = nullptr);
    ~JournalThread() override;

    /// Begins to write to \a path. The greatest id there; nothing if the disk did not answer for
    /// \a limit. Blocks as long.
    [[nodiscard]] std::optional<qint64> start(
        const QString &path, const JournalSpec &limits, std::chrono::milliseconds limit);
    void setLimits(const JournalSpec &limits);
    void add(JournalEvent event);
    /// Calls \a done later.
    void read(const EventQuery &query, EventsFound done);
    /// Those that are not known to be on disk, oldest first.
    [[nodiscard]] std::vector<JournalEvent> waiting() const;
    [[nodiscard]] std::size_t waitingCount() const;
    [[nodiscard]] qint64 bytesOnDisk() const;
    /// Writes what waits and ends the thread. Blocks, for at most \a limit: what is not written by
    /// then is lost. Whether everything is on disk.
    bool finish(std::chrono::milliseconds limit);

Q_SIGNALS:
    void stored(const std::vector<semper::JournalEvent> &events);
    void failed(const semper::StoreFault &fault);
    void recovered();
    void dropped(const semper::GoneEvents &events); ///< that waited in vain
    void pruned(const semper::GoneEvents &events, bool forSize);
    /// A damaged file is kept as \a path; \a kept of its events are in the new one.
    void setAside(const QString &path, const QString &reason, qint64 kept);

private:
    std::shared_ptr<JournalShared> m_shared;
    std::thread m_thread;
};

} // namespace semper
