// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <optional>

#include <sys/types.h>

namespace semper {

/// Where a process comes from. What proc(5) tells of it is read once, for however many launches it
/// is compared with.
class Lineage
{
public:
    explicit Lineage(pid_t pid);

    /// Whether it is \a launch itself, a descendant of it, or one that was orphaned: of its
    /// session, or with \a mark, the launch's own, in its environment. Marks differ in their value.
    [[nodiscard]] bool belongsTo(pid_t launch, const QByteArray &mark) const;

private:
    [[nodiscard]] bool isMarked(const QByteArray &mark) const;

    pid_t m_pid;
    QList<pid_t> m_line; ///< itself and its ancestors, up to this server
    mutable std::optional<pid_t> m_session; ///< read when first asked for, as the marks are
    mutable std::optional<QByteArrayList> m_marks;
};

} // namespace semper
