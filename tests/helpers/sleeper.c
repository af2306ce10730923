// SPDX-License-Identifier: GPL-3.0-or-later
// sleeper: says ready and waits to be ended; SIGTERM does it.
#include "helper.h"

int main(void)
{
    live();
    say("ready");
    sleepForEver();
}
