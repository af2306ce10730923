// SPDX-License-Identifier: GPL-3.0-or-later
// slow-start MS: takes MS milliseconds before it says ready; then it waits.
#include "helper.h"

int main(int argc, char **argv)
{
    live();
    sleepFor(number(argc, argv, 1, 1000));
    say("ready");
    sleepForEver();
}
