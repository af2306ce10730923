// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/descriptortable.h"

#include <algorithm>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

bool takeOwnDescriptorTable(QList<int> kept)
{
    if (::unshare(CLONE_FILES) != 0)
        return false;
    std::ranges::sort(kept);
    unsigned int first = 0;
    for (const int descriptor : std::as_const(kept)) {
        if (unsigned(descriptor) > first)
            ::syscall(SYS_close_range, first, unsigned(descriptor) - 1, 0);
        first = unsigned(descriptor) + 1;
    }
    ::syscall(SYS_close_range, first, ~0U, 0);
    return true;
}

} // namespace semper
