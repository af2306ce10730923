// SPDX-License-Identifier: GPL-3.0-or-later
// fail-once FILE [CODE]: exits with CODE (default 3) unless FILE exists, which it creates; the
// next time it says ready and waits.
#include "helper.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
    live();
    if (argc < 2)
        return 64;
    if (open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0)
        return (int)number(argc, argv, 2, 3);
    say("ready");
    sleepForEver();
}
