// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <vector>

#include <sys/types.h>

namespace semper::bench {

using Pids = std::vector<pid_t>;

/// The children of this process, and all that descends from it, parents first. With this process
/// as subreaper, that is everything that it ever started, daemons too.
[[nodiscard]] Pids children();
[[nodiscard]] Pids descendants();
/// \a root and all that descends from it.
[[nodiscard]] Pids familyOf(pid_t root);

/// What processes have used so far.
struct Expense
{
    std::chrono::nanoseconds cpu{0}; ///< of all their threads
    long switches = 0; ///< context switches: how often one of their threads went to sleep or had to
};

/// What processes hold.
struct Holding
{
    long privateDirtyKilobytes = 0;
    int descriptors = 0;
    int processes = 0;
};

/// Summed over \a pids; one that is gone counts nothing.
[[nodiscard]] Expense expenseOf(const Pids &pids);
[[nodiscard]] Holding holdingOf(const Pids &pids);

} // namespace semper::bench
