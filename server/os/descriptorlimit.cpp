// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/descriptorlimit.h"

#include <algorithm>
#include <atomic>

namespace semper {

namespace {

constexpr qint64 reservedAnyway = 256; ///< launches that are under way, watchers, files of /proc
constexpr qint64 reservedForEach = 8;

std::atomic<qint64> reservedNow = reservedAnyway;

rlimit readLimit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

rlimit originalDescriptorLimit()
{
    static const rlimit original = readLimit();
    return original;
}

void raiseDescriptorLimit()
{
    rlimit limit = originalDescriptorLimit();
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void reserveDescriptors(qsizetype processes)
{
    reservedNow = reservedAnyway + reservedForEach * processes;
}

qint64 descriptorsForClients()
{
    constexpr rlim_t plenty = 1'000'000'000;
    const auto all = qint64(std::min(readLimit().rlim_cur, plenty));
    return all - std::min<qint64>(reservedNow, all / 2);
}

} // namespace semper
