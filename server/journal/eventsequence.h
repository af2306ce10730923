// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>

#include <optional>

namespace semper {

/// The ids of events: rising, never repeated, also across restarts and a SIGKILL of the server.
/// The last id lives in a memory-mapped file, so that taking one writes to no disk on the way of a
/// restart; the kernel keeps the page when the process dies. When the machine itself dies, what
/// the disk has may be half a minute old: then the ids go on far beyond it.
class SEMPER_SERVER_EXPORT EventSequence
{
public:
    /// More ids than a server gives before the kernel writes the page to the disk.
    static constexpr qint64 gap = 1'000'000;

    EventSequence() = default;
    ~EventSequence();
    Q_DISABLE_COPY_MOVE(EventSequence)

    /// Maps \a path, creating it with mode 0600, and locks it: a second server of the same state
    /// directory would give the same ids. Nothing, or why it could not. Without a file
    /// ids start at 1.
    [[nodiscard]] std::optional<QString> open(const QString &path);
    /// The journal has events up to \a greatest. A file that knows of less is not that of these
    /// events: somebody has removed it, or brought an old one back.
    void passOver(qint64 greatest);
    [[nodiscard]] qint64 last() const { return m_page->last; }
    [[nodiscard]] qint64 next() { return ++m_page->last; }
    /// Every event with an id is on disk, and there will be no other.
    void settle() { m_page->boot = 0; }

private:
    struct Page
    {
        qint64 last = 0;
        quint64 boot = 0; ///< of the machine while ids are given; 0: since settle()
    };

    int m_file = -1; ///< held for its lock
    Page m_unmapped;
    Page *m_page = &m_unmapped;
};

} // namespace semper
