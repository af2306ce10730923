// SPDX-License-Identifier: GPL-3.0-or-later
// tell-start SOCKET: sends its pid to the datagram socket, first of all, and waits.
#include "helper.h"

#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    const pid_t pid = getpid();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (argc < 2 || out < 0)
        return 64;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    if (sendto(out, &pid, sizeof pid, 0, (struct sockaddr *)&address, sizeof address) < 0)
        return 74;
    close(out);
    live();
    say("ready");
    sleepForEver();
}
