// SPDX-License-Identifier: GPL-3.0-or-later
// ignore-term: says ready; SIGTERM, SIGINT and SIGHUP do nothing to it. Says so for each.
#include "helper.h"

static void refuse(int number)
{
    (void)number;
    say("ignored");
}

int main(void)
{
    live();
    signal(SIGTERM, refuse);
    signal(SIGINT, refuse);
    signal(SIGHUP, refuse);
    say("ready");
    sleepForEver();
}
