// SPDX-License-Identifier: GPL-3.0-or-later
// crash [MS]: says ready and dies of SIGSEGV, at once or after MS milliseconds. Leaves no core.
#include "helper.h"

#include <sys/prctl.h>

int main(int argc, char **argv)
{
    live();
    say("ready");
    sleepFor(number(argc, argv, 1, 0));
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 70; // not reached
}
