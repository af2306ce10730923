// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/boottime.h"

#include <ctime>

namespace semper {

std::chrono::milliseconds bootTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

} // namespace semper
