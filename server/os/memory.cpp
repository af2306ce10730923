// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/memory.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace semper {

void useOneHeap()
{
#ifdef __GLIBC__
    constexpr int growth = 1024 * 1024;
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TOP_PAD, growth);
#endif
}

void releaseFreeMemory()
{
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

} // namespace semper
