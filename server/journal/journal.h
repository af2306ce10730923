// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/eventquery.h"
#include "journal/eventsequence.h"
#include "journal/journalthread.h"
#include "os/patienttimer.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QObject>
#include <QString>

#include <optional>

namespace semper {

/// What happened, as event objects with rising ids, kept on disk by a thread of its own. What waits
/// for the disk waits in memory, within bounds; until the journal is open, everything does.
/// Supervision's thread; nothing here blocks but open() and close().
class SEMPER_SERVER_EXPORT Journal : public QObject
{
    Q_OBJECT
public:
    explicit Journal(QObject *parent = nullptr);
    ~Journal() override;

    /// Continues the ids and the events of \a stateDirectory. Nothing, or why it could not give
    /// ids. A disk that does not answer is waited for for 5 s, and is an event like other faults.
    [[nodiscard]] std::optional<QString> open(
        const QString &stateDirectory, const JournalSpec &limits);
    void setLimits(const JournalSpec &limits);
    /// Writes what waits: for at most 2 s. Whether everything is on disk now. What is recorded
    /// later never gets there. The destructor does it, too.
    bool close();

    /// Stamps \a fields with id, times and \a type, keeps it, and announces it. Returns the id.
    qint64 record(QLatin1StringView type, QJsonObject fields = {});

    /// Has \a done called later, within a few seconds.
    void read(const EventQuery &query, EventsFound done);
    /// What read() finds of the events that are not on disk yet.
    [[nodiscard]] EventPage waiting(const EventQuery &query = {}) const;
    [[nodiscard]] qint64 lastId() const { return m_sequence.last(); }
    /// The ids that the server before this one has given, and whose events are not on disk.
    [[nodiscard]] const std::optional<IdRange> &missing() const { return m_missing; }
    /// Of the server object: "state", "bytes", "max_bytes", "waiting".
    [[nodiscard]] QJsonObject toJson() const;

Q_SIGNALS:
    void recorded(const semper::JournalEvent &event); ///< not durable yet
    void stored(const std::vector<semper::JournalEvent> &events); ///< they are, now

private:
    void followThread();
    void tellFailure(const StoreFault &fault);
    void tellRecovery();
    void tellStall();
    void tellPruned(const GoneEvents &events, bool forSize);
    void noteProgress();

    EventSequence m_sequence;
    JournalSpec m_limits;
    std::optional<IdRange> m_missing;
    PatientTimer m_stall{2}; ///< runs while events wait
    QElapsedTimer m_failing; ///< valid while the disk fails
    QString m_state; ///< in toJson()
    QElapsedTimer m_prunedTold;
    GoneEvents m_pruned; ///< and not told yet
    JournalThread m_thread;
};

} // namespace semper
