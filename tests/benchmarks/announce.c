// SPDX-License-Identifier: GPL-3.0-or-later
// announce SOCKET INDEX: sends one Announcement to the datagram socket and waits to be ended.
#include "announce.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct Announcement announcement = {.nanoseconds = monotonicNanoseconds(),
        .cpuNanoseconds = nanosecondsOf(CLOCK_PROCESS_CPUTIME_ID)};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path)
        return 64;
    strcpy(address.sun_path, argv[1]);
    announcement.index = atoi(argv[2]);
    announcement.pid = getpid();
    const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (out < 0
        || sendto(out, &announcement, sizeof announcement, 0, (struct sockaddr *)&address,
               sizeof address)
            != sizeof announcement)
        return 74;
    close(out);
    for (;;)
        pause();
}
