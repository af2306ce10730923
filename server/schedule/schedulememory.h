// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/schedulespec.h>

#include <QDateTime>
#include <QMap>
#include <QString>

#include <optional>

namespace semper {

/// What a server leaves to the one after it, so that this one can tell the runs that were missed in
/// between: its schedules, written once (file "schedules" in the state directory), and until when
/// it looked after them, in a memory-mapped file ("schedules-seen"), so that noting it writes to no
/// disk. Supervision's thread.
class ScheduleMemory
{
public:
    ScheduleMemory() = default;
    ~ScheduleMemory();
    Q_DISABLE_COPY_MOVE(ScheduleMemory)

    /// Reads what was left, then leaves \a schedules, by name of a process; both files go where
    /// there are none. Nothing, or why it could not. Blocks: for the start of a server, and when a
    /// reload has changed a schedule.
    [[nodiscard]] std::optional<QString> open(
        const QString &stateDirectory, const QMap<QString, ScheduleSpec> &schedules);
    /// Until when the server before this one looked after the schedule of \a name; invalid where it
    /// did not have it, or another one.
    [[nodiscard]] QDateTime seen(const QString &name, const ScheduleSpec &schedule) const;
    /// This one looked after its schedules until \a now.
    void note(const QDateTime &now) { *m_seen = now.toMSecsSinceEpoch(); }

private:
    [[nodiscard]] std::optional<QString> map(const QString &path);
    void unmap();

    QMap<QString, ScheduleSpec> m_before;
    std::optional<QMap<QString, ScheduleSpec>> m_noted; ///< by this one
    QDateTime m_seenBefore;
    qint64 m_unmapped = 0;
    qint64 *m_seen = &m_unmapped; ///< milliseconds since 1970
};

} // namespace semper
