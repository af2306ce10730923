// SPDX-License-Identifier: GPL-3.0-or-later
// save-late FILE [MS]: appends "up PID" as a line to FILE, says ready and waits. When SIGTERM comes
// it works for MS milliseconds (500), appends "saved N", N being how many SIGTERM came by then, and
// exits with 0.
#include "helper.h"

#include <fcntl.h>

static volatile sig_atomic_t terms = 0;

static void count(int number)
{
    (void)number;
    ++terms;
}

static void append(const char *path, const char *text, long number)
{
    char line[64];
    const int length = snprintf(line, sizeof line, "%s %ld\n", text, number);
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, (size_t)length) != length)
        _exit(74);
    close(file);
}

int main(int argc, char **argv)
{
    live();
    struct sigaction action = {0};
    action.sa_handler = count;
    sigaction(SIGTERM, &action, NULL);
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    append(argv[1], "up", getpid());
    say("ready");
    while (terms == 0)
        sigsuspend(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    sleepFor(number(argc, argv, 2, 500));
    append(argv[1], "saved", terms);
    return 0;
}
