// SPDX-License-Identifier: GPL-3.0-or-later
// exit-with CODE [MS]: says ready and exits with CODE, at once or after MS milliseconds.
#include "helper.h"

int main(int argc, char **argv)
{
    live();
    say("ready");
    sleepFor(number(argc, argv, 2, 0));
    return (int)number(argc, argv, 1, 0);
}
