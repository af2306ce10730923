// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/runas.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace semper {

struct ResourceLimit
{
    int resource;
    rlimit value;
};

/// What a child makes of itself between fork and exec, with everything looked up before.
struct ChildSettings
{
    QByteArray cgroup = {}; ///< the entrance of its control group; empty: it stays in the server's
    std::vector<ResourceLimit> limits = {}; ///< in this order
    std::optional<int> nice = {};
    std::optional<mode_t> umask = {};
    std::optional<RunAs> runAs = {};
    /// A debugger that the server starts may look at it, as far as Yama is concerned
    /// (PR_SET_PTRACER): but for root, that else lets look only whom it descends from.
    bool showsStack = false;
};

/// The step on the way to exec that failed. Lies in memory that the child shares with the server.
struct ChildFault
{
    enum class Step : int { None, Descriptors, Cgroup, Limit, Nice, Groups, Group, User };
    Step step = Step::None;
    int error = 0; ///< errno
    int resource = 0; ///< of Limit
    long value = 0; ///< what could not be set; of User, Group: the id

    /// "cannot set nice -5: Permission denied".
    [[nodiscard]] QString explain() const;
};

/// Ends the child that this runs in, on its way to exec: \a what, with errno, goes to \a fault.
[[noreturn]] void endChild(ChildFault *fault, const ChildFault &what);

/// All of a launch that is done in the child.
struct ChildSetup
{
    ChildSettings settings;
    int output = -1; ///< becomes standard output and error
    int hub = -1; ///< stays open under its number; -1: there is none
    pid_t server = 0;
    ChildFault *fault = nullptr;

    /// Runs in the child, which may share the server's memory: system calls on values that were
    /// prepared before, nothing else. What fails ends the child, and \a fault tells of it.
    void apply() const noexcept;
};

} // namespace semper
