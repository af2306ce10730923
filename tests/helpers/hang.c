// SPDX-License-Identifier: GPL-3.0-or-later
// hang: says ready and spins for ever, as a loop does that lost its way. SIGTERM ends it.
#include "helper.h"

int main(void)
{
    live();
    say("ready");
    for (volatile unsigned long turns = 0;; ++turns) { }
}
