// SPDX-License-Identifier: GPL-3.0-or-later
// grandchild [MS [CODE]]: starts a child that stays in its session and process group and ignores
// SIGTERM, says "grandchild PID" and ready; after MS milliseconds it exits with CODE and leaves
// the child behind. Without MS it waits.
#include "helper.h"

int main(int argc, char **argv)
{
    live();
    signal(SIGTERM, SIG_IGN);
    const pid_t child = fork();
    if (child < 0)
        return 71;
    if (child == 0) {
        live();
        sleepForEver();
    }
    signal(SIGTERM, SIG_DFL);
    sayNumber("grandchild", child);
    say("ready");
    if (argc < 2)
        sleepForEver();
    sleepFor(number(argc, argv, 1, 0));
    return (int)number(argc, argv, 2, 0);
}
