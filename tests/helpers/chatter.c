// SPDX-License-Identifier: GPL-3.0-or-later
// chatter FRAME...: says hello to the hub as its environment tells, and then sends the FRAMEs (JSON
// objects) one after the other, again and again, as fast as they are taken.
#include "helper.h"

#include <sys/socket.h>
#include <sys/un.h>

static void sendText(int hub, const char *text)
{
    const size_t length = strlen(text);
    for (size_t sent = 0; sent < length;) {
        const ssize_t taken = send(hub, text + sent, length - sent, MSG_NOSIGNAL);
        if (taken < 0)
            exit(1);
        sent += (size_t)taken;
    }
}

int main(int argc, char **argv)
{
    live();
    const char *path = getenv("SEMPER_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        return 78;
    strcpy(address.sun_path, path);
    const int hub = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (hub < 0 || connect(hub, (struct sockaddr *)&address, sizeof address) != 0)
        return 69;
    char hello[512];
    snprintf(hello, sizeof hello,
        "{\"type\":\"hello\",\"process\":\"%s\",\"instance\":%s,\"token\":\"%s\"}\n",
        getenv("SEMPER_PROCESS"), getenv("SEMPER_INSTANCE"), getenv("SEMPER_TOKEN"));
    sendText(hub, hello);
    for (;;) {
        for (int i = 1; i < argc; ++i) {
            sendText(hub, argv[i]);
            sendText(hub, "\n");
        }
    }
}
