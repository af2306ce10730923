// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/cgroup.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>
#include <variant>

namespace semper {

/// The control groups of one run of a server. semper-RUN/main has the server, and is where
/// launches are born, which costs nothing; each then enters its own, semper-RUN/LAUNCH. The
/// guardian stays outside of semper-RUN, which it kills and removes at the end.
class CgroupTree
{
public:
    /// Makes the groups of \a run below \a place and puts this process into its own; takes some
    /// milliseconds. Why not, where that cannot be done: everything is then as it was. \a guardian
    /// is moved aside where it is in the way of the kernel's limits; 0: there is none.
    [[nodiscard]] static std::variant<std::unique_ptr<CgroupTree>, QString> make(
        const Cgroup &place, const QByteArray &run, pid_t guardian);
    /// The group of the run \a run that had the folder \a path, if it is still there and this
    /// process is not in it.
    [[nodiscard]] static std::optional<Cgroup> find(const QString &path, const QByteArray &run);

    [[nodiscard]] const QString &path() const { return m_run.path(); }
    /// The kernel can limit the memory of a launch's group.
    [[nodiscard]] bool limitsMemory() const { return m_limitsMemory; }
    /// A new group for one launch; null if it could not be made.
    [[nodiscard]] std::unique_ptr<Cgroup> makeLaunch(const QByteArray &launchId) const;

private:
    explicit CgroupTree(Cgroup run)
        : m_run(std::move(run))
    { }
    [[nodiscard]] bool enter() const;

    Cgroup m_run;
    bool m_limitsMemory = false;
};

} // namespace semper
