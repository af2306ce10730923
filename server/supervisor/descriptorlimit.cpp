// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/descriptorlimit.h"

namespace semper {

namespace {

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

} // namespace semper
