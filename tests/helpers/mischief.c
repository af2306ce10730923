// SPDX-License-Identifier: GPL-3.0-or-later
// mischief [beats]: leaves a child in its session and one that left session and parents, both deaf
// to SIGTERM; says ready, also to NOTIFY_SOCKET if there is one. SIGUSR1 makes it flood its output
// with 20,000 lines. With "beats" it sends WATCHDOG=1 every 100 ms, until SIGUSR2 silences it.
#include "helper.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static volatile sig_atomic_t floods = 0;
static volatile sig_atomic_t silent = 0;

static void flood(int number)
{
    (void)number;
    floods = 1;
}

static void fallSilent(int number)
{
    (void)number;
    silent = 1;
}

static void tell(const char *message)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        return;
    strcpy(address.sun_path, path);
    const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sendto(out, message, strlen(message), 0, (const struct sockaddr *)&address, sizeof address)
        < 0)
        say("not told");
    close(out);
}

static void leaveBehind(int escapes)
{
    const pid_t child = fork();
    if (child < 0)
        exit(71);
    if (child > 0)
        return;
    if (escapes) {
        setsid();
        if (fork() != 0)
            _exit(0);
        setsid();
    }
    live();
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sleepForEver();
}

int main(int argc, char **argv)
{
    live();
    signal(SIGUSR1, flood);
    signal(SIGUSR2, fallSilent);
    leaveBehind(0);
    leaveBehind(1);
    say("ready");
    tell("READY=1");
    const int beats = argc > 1 && strcmp(argv[1], "beats") == 0;
    for (;;) {
        if (beats && !silent)
            tell("WATCHDOG=1");
        for (int line = 0; floods && line < 20000; ++line)
            sayNumber("one of very many lines:", line);
        floods = 0;
        struct timespec pause = {beats ? 0 : 60, beats ? 100000000 : 0};
        nanosleep(&pause, NULL); // a signal ends it early
    }
}
