// SPDX-License-Identifier: GPL-3.0-or-later
// write-late [CODE]: says ready and exits with CODE, but leaves a child that holds its standard
// output open and keeps writing "late" to it, every 20 ms, for ten seconds or until nobody reads.
#include "helper.h"

int main(int argc, char **argv)
{
    live();
    say("ready");
    const pid_t child = fork();
    if (child < 0)
        return 71;
    if (child > 0)
        return (int)number(argc, argv, 1, 0);
    live();
    for (int i = 0; i < 500; ++i) {
        sleepFor(20);
        say("late");
    }
    return 0;
}
