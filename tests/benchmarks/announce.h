// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/// What a measured child tells of its own start, in one datagram.
struct Announcement
{
    int64_t nanoseconds; ///< monotonic, taken first of all in its main()
    int32_t index; ///< which of the supervised processes it is
    pid_t pid;
    pid_t parent; ///< who launched it: the supervisor
};

static inline int64_t monotonicNanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
