// SPDX-License-Identifier: GPL-3.0-or-later
// spawnloop COUNT ANNOUNCE SOCKET: the least that keeps COUNT children alive: posix_spawn for
// each, waitpid for all, posix_spawn again for the one that died. What Semper is measured against.
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t stopping = 0;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

static pid_t launch(char *program, char *socketPath, int index)
{
    char number[16];
    snprintf(number, sizeof number, "%d", index);
    char *const arguments[] = {program, socketPath, number, NULL};
    pid_t pid = -1;
    return posix_spawn(&pid, program, NULL, NULL, arguments, environ) == 0 ? pid : -1;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    const int count = atoi(argv[1]);
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (!children)
        return 71;
    struct sigaction action = {.sa_handler = stop}; // no SA_RESTART: waitpid is to return
    sigaction(SIGTERM, &action, NULL);

    for (int i = 0; i < count; ++i)
        children[i] = launch(argv[2], argv[3], i);
    while (!stopping) {
        const pid_t dead = waitpid(-1, NULL, 0);
        for (int i = 0; i < count && dead > 0; ++i) {
            if (children[i] == dead) {
                children[i] = launch(argv[2], argv[3], i);
                break;
            }
        }
    }
    for (int i = 0; i < count; ++i) {
        if (children[i] > 0)
            kill(children[i], SIGTERM);
    }
    while (wait(NULL) > 0) { }
    free(children);
    return 0;
}
