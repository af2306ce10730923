// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "processtree.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace semper::bench {

using Samples = std::vector<std::chrono::nanoseconds>;

/// Stands for a time that was not waited for; longer than any other.
inline constexpr std::chrono::nanoseconds beyondLimit = std::chrono::nanoseconds::max();

/// The sample that \a ratio of all do not exceed; 0.5 is the median. 0 where there are none.
[[nodiscard]] std::chrono::nanoseconds percentile(Samples samples, double ratio);

/// What a contender showed with one number of processes.
struct BootFindings
{
    Samples boot, launch; ///< one a round; beyondLimit where it was given up
    Holding holding; ///< newest round that was not given up
    std::string trouble; ///< what to say where there is no figure: "> 60 s"

    [[nodiscard]] bool everRan() const;
};

/// What a contender showed, over all rounds.
struct Findings
{
    std::string contender;
    std::map<int, BootFindings> boots; ///< by number of processes
    Samples restarts;
    std::chrono::nanoseconds restartCpu{0}; ///< of the supervisor, all restarts together
    std::chrono::nanoseconds childCpu{0}; ///< of the restarted, up to their main(), all together
    Expense idle; ///< all idle times together
    std::chrono::nanoseconds idleTime{0};
    std::string trouble; ///< what ended its restarts or its idling early
};

} // namespace semper::bench
