// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// Whatever a failed test leaves behind goes by itself after this many seconds.
enum { lifetimeSeconds = 600 };

/// Each process of each helper calls this first: a fork does not inherit an alarm.
static inline void live(void)
{
    alarm(lifetimeSeconds);
}

/// One line on standard output, in one write, so that lines of several processes don't mix.
static inline void say(const char *text)
{
    char line[256];
    const int length = snprintf(line, sizeof line, "%s\n", text);
    if (length > 0 && write(STDOUT_FILENO, line, (size_t)length) < 0)
        _exit(74);
}

static inline void sayNumber(const char *text, long number)
{
    char line[200];
    snprintf(line, sizeof line, "%s %ld", text, number);
    say(line);
}

/// Argument \a index as a number, or \a otherwise where there is none.
static inline long number(int argc, char **argv, int index, long otherwise)
{
    return argc > index ? strtol(argv[index], NULL, 10) : otherwise;
}

static inline void sleepFor(long milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) { }
}

static inline void sleepForEver(void)
{
    for (;;)
        pause();
}
