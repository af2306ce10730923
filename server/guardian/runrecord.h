// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace semper {

/// What one run of a server is known by. All that it launches carries the id in its environment.
struct Run
{
    QByteArray id; ///< 32 hexadecimal digits that nobody else has
    qint64 pid = 0;
    qint64 startTicks = 0; ///< of that process: procfile::startTicks()
    QString cgroup = {}; ///< the folder of the control group that all of it is in; empty: none

    /// Of this process, with a new id.
    [[nodiscard]] static Run make();
    friend bool operator==(const Run &, const Run &) = default;
};

/// The note in a state directory that a server runs. It is written before anything is launched and
/// taken away once everything has ended; one that is found at a start is that of a server that was
/// lost. Written once for each server, not for each launch.
class RunRecord
{
public:
    explicit RunRecord(const QString &stateDirectory);

    /// Looks for the note of a server before. Nothing, or why it cannot be read.
    [[nodiscard]] std::optional<QString> read();
    /// The run that was not ended; nothing, too, where the note cannot be understood.
    [[nodiscard]] const std::optional<Run> &lost() const { return m_lost; }
    /// Replaces the note as a whole. Nothing, or why it could not.
    [[nodiscard]] std::optional<QString> write(const Run &run) const;
    void remove() const;

    /// The server of \a run has not ended: the note is a copy, with a copied state directory say.
    [[nodiscard]] static bool isAlive(const Run &run);

private:
    [[nodiscard]] static std::optional<Run> understand(const QByteArray &text);

    QString m_path;
    std::optional<Run> m_lost;
};

} // namespace semper
