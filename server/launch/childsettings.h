// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/runas.h"

#include <QByteArray>

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

/// What a child makes of itself before it executes its program, with everything looked up before.
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

} // namespace semper
