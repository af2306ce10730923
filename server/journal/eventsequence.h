// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>

#include <optional>

namespace semper {

/// The ids of events: rising by one, never repeated, also across restarts and a SIGKILL of the
/// server. The last id lives in a memory-mapped file, so that taking one writes to no disk on
/// the way of a restart; the kernel keeps the page when the process dies.
class SEMPER_SERVER_EXPORT EventSequence
{
public:
    EventSequence() = default;
    ~EventSequence();
    Q_DISABLE_COPY_MOVE(EventSequence)

    /// Maps \a path, creating it with mode 0600, and locks it: a second server of the same state
    /// directory would give the same ids. Nothing, or why it could not. Without a file
    /// ids start at 1.
    [[nodiscard]] std::optional<QString> open(const QString &path);
    [[nodiscard]] qint64 next() { return ++*m_last; }

private:
    int m_file = -1; ///< held for its lock
    qint64 m_unmapped = 0;
    qint64 *m_last = &m_unmapped;
};

} // namespace semper
