// SPDX-License-Identifier: GPL-3.0-or-later
// web PORT: listens on the loopback, says ready, and answers every request with 200. SIGUSR1 closes
// its listener; SIGUSR2 makes it answer 503, another one 200 again. SIGTERM ends it.
#include "helper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int listener = -1;
static volatile sig_atomic_t sick = 0;

static void closeListener(int number)
{
    (void)number;
    close(listener);
}

static void changeHealth(int number)
{
    (void)number;
    sick = !sick;
}

/// Without SA_RESTART: who waits in accept() is to notice.
static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static void answer(int peer)
{
    static const char well[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static const char badly[] = "HTTP/1.1 503 Sick\r\nContent-Length: 0\r\n\r\n";
    char request[4096];
    ssize_t got = -1;
    do
        got = read(peer, request, sizeof request);
    while (got < 0 && errno == EINTR); // by a signal that is for later requests
    const char *text = sick ? badly : well;
    if (got > 0 && write(peer, text, strlen(text)) > 0)
        shutdown(peer, SHUT_WR);
    close(peer);
}

int main(int argc, char **argv)
{
    live();
    signal(SIGPIPE, SIG_IGN);
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((unsigned short)number(argc, argv, 1, 0)),
        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0
        || listen(listener, 16) != 0) {
        perror("web");
        return 69;
    }
    handle(SIGUSR1, closeListener);
    handle(SIGUSR2, changeHealth);
    say("ready");
    for (;;) {
        const int peer = accept(listener, NULL, NULL);
        if (peer >= 0)
            answer(peer);
        else if (errno == EBADF)
            sleepForEver();
    }
}
