// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/// What a measured child tells of its own start, in one datagram.
struct Announcement
{
    int64_t nanoseconds; ///< monotonic, taken first of all in its main()
    int64_t cpuNanoseconds; ///< what the process had used by then, before its exec too
    int32_t index; ///< which of the supervised processes it is
    pid_t pid;
};

static inline int64_t nanosecondsOf(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t monotonicNanoseconds(void)
{
    return nanosecondsOf(CLOCK_MONOTONIC);
}
