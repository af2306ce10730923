// SPDX-License-Identifier: GPL-3.0-or-later
// flood [LINES [error]]: says ready and writes numbered lines as fast as they are taken: LINES of
// them (0, the default: for ever) to standard output, or to standard error. Then it waits.
#include "helper.h"

int main(int argc, char **argv)
{
    live();
    say("ready");
    const long lines = number(argc, argv, 1, 0);
    FILE *out = argc > 2 && strcmp(argv[2], "error") == 0 ? stderr : stdout;
    setvbuf(out, NULL, _IOFBF, 65536);
    for (long i = 1; lines == 0 || i <= lines; ++i) {
        if (fprintf(out, "line %ld of a flood that nobody can read at this speed\n", i) < 0)
            return 74;
    }
    if (fflush(out) != 0)
        return 74;
    sleepForEver();
}
