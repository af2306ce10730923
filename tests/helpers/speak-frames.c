// SPDX-License-Identifier: GPL-3.0-or-later
// speak-frames [--token TOKEN] [FRAME...]: a user process in plain C. Says hello to the hub as its
// environment tells, with the token of its launch or with TOKEN, waits for an answer, sends each
// FRAME (a JSON object), and prints every line that it receives. Exits 0 after a "stop" frame,
// 1 when the hub closes the connection.
#include "helper.h"

#include <sys/socket.h>
#include <sys/un.h>

static int connectToHub(void)
{
    const char *path = getenv("SEMPER_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        exit(78);
    strcpy(address.sun_path, path);
    const int hub = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (hub < 0 || connect(hub, (struct sockaddr *)&address, sizeof address) != 0) {
        perror(path);
        exit(69);
    }
    return hub;
}

static void sendLine(int hub, const char *text)
{
    const size_t length = strlen(text);
    for (size_t sent = 0; sent < length;) {
        const ssize_t taken = send(hub, text + sent, length - sent, MSG_NOSIGNAL);
        if (taken < 0)
            exit(1);
        sent += (size_t)taken;
    }
    if (send(hub, "\n", 1, MSG_NOSIGNAL) != 1)
        exit(1);
}

static void sayHello(int hub, const char *token)
{
    char hello[512];
    snprintf(hello, sizeof hello,
        "{\"type\":\"hello\",\"process\":\"%s\",\"instance\":%s,\"token\":\"%s\"}",
        getenv("SEMPER_PROCESS"), getenv("SEMPER_INSTANCE"), token);
    sendLine(hub, hello);
}

int main(int argc, char **argv)
{
    live();
    int next = 1;
    const char *token = getenv("SEMPER_TOKEN");
    if (argc > 2 && strcmp(argv[1], "--token") == 0) {
        token = argv[2];
        next = 3;
    }
    const int hub = connectToHub();
    sayHello(hub, token ? token : "");

    FILE *in = fdopen(hub, "r");
    char *line = NULL;
    size_t size = 0;
    while (in && getline(&line, &size, in) > 0) {
        fputs(line, stdout);
        fflush(stdout);
        for (; next < argc; ++next)
            sendLine(hub, argv[next]);
        if (strstr(line, "\"type\":\"stop\""))
            return 0;
    }
    return 1;
}
