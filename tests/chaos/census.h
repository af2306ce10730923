// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMap>
#include <QStringList>

namespace semper::chaos {

/// The processes of this machine that carry the mark of a server (test::survivors()).
struct Census
{
    struct Member
    {
        QByteArray launch; ///< id of the launch that it descends from; empty: of none
        qint64 parent = 0;
    };
    QHash<qint64, Member> members; ///< by pid

    [[nodiscard]] static Census take(const QByteArray &mark);
    /// Those that belong neither to a launch that is alive (whose pids are \a launches) nor are
    /// the server's own (\a own), in words.
    [[nodiscard]] QStringList orphans(
        const QList<qint64> &launches, const QList<qint64> &own) const;
};

/// How many descriptors of each kind ("socket", "pipe", "anon_inode", "/path") a process has open.
[[nodiscard]] QMap<QString, int> descriptorsOf(qint64 pid);
/// Memory that is a process's own and was written to, in kB (smaps_rollup, proc(5)).
[[nodiscard]] qint64 privateDirtyOf(qint64 pid);

} // namespace semper::chaos
