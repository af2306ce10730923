// SPDX-License-Identifier: GPL-3.0-or-later
// escape [FILE]: by a double fork and setsid it puts a process out of its session, its process
// group and its line of parents, one that ignores SIGTERM. Says "escaped PID", appends the PID as
// a line to FILE, says ready and waits.
#include "helper.h"

#include <fcntl.h>
#include <sys/wait.h>

static pid_t escape(void)
{
    int pipeEnds[2];
    if (pipe(pipeEnds) != 0)
        exit(71);
    const pid_t between = fork();
    if (between < 0)
        exit(71);
    if (between == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        live();
        setsid();
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        const pid_t self = getpid();
        if (write(pipeEnds[1], &self, sizeof self) != sizeof self)
            _exit(74);
        close(pipeEnds[0]);
        close(pipeEnds[1]);
        sleepForEver();
    }
    pid_t escaped = 0;
    if (read(pipeEnds[0], &escaped, sizeof escaped) != sizeof escaped)
        exit(74);
    close(pipeEnds[0]);
    close(pipeEnds[1]);
    waitpid(between, NULL, 0);
    return escaped;
}

int main(int argc, char **argv)
{
    live();
    const pid_t escaped = escape();
    sayNumber("escaped", escaped);
    if (argc > 1) {
        char line[32];
        const int length = snprintf(line, sizeof line, "%d\n", escaped);
        const int file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file < 0 || write(file, line, (size_t)length) != length)
            return 74;
        close(file);
    }
    say("ready");
    sleepForEver();
}
