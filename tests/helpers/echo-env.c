// SPDX-License-Identifier: GPL-3.0-or-later
// echo-env [NAME...]: says NAME=value for each variable ("NAME is not set" for one that is not),
// or all of its environment, then ready; then it waits.
#include "helper.h"

extern char **environ;

int main(int argc, char **argv)
{
    live();
    if (argc < 2) {
        for (char **entry = environ; *entry; ++entry)
            puts(*entry);
    }
    for (int i = 1; i < argc; ++i) {
        const char *value = getenv(argv[i]);
        if (value)
            printf("%s=%s\n", argv[i], value);
        else
            printf("%s is not set\n", argv[i]);
    }
    fflush(stdout);
    say("ready");
    sleepForEver();
}
