// SPDX-License-Identifier: GPL-3.0-or-later
// allocate MIB [CHILDREN]: takes this much memory and writes to all of it, forks so many children,
// which share it, says ready and waits; SIGTERM ends it with exit code 0.
#include "helper.h"

static void leave(int number)
{
    (void)number;
    _exit(0);
}

int main(int argc, char **argv)
{
    live();
    signal(SIGTERM, leave);
    const size_t bytes = (size_t)number(argc, argv, 1, 1) * 1024 * 1024;
    volatile char *memory = malloc(bytes);
    if (!memory)
        return 71;
    for (size_t i = 0; i < bytes; i += 1024)
        memory[i] = 1;
    for (int left = number(argc, argv, 2, 0); left > 0; --left)
        if (fork() == 0) {
            live();
            sleepForEver();
        }
    say("ready");
    sleepForEver();
}
