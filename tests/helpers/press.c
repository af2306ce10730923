// SPDX-License-Identifier: GPL-3.0-or-later
// press ADDRESS CONNECTIONS MILLISECONDS MANNER REQUEST [GREETING]: many clients of one door at a
// time, as ill-mannered as MANNER says, until the time is up; then says how many bytes were read.
// Says "ready" when all have tried to connect, and "answered" at the first byte that is read.
// ADDRESS is a port of the loopback or the path of a Unix socket. The files REQUEST and GREETING
// have the bytes to send, the second once for each connection.
//   ask        sends the request, waits for an answer, and sends it again
//   pipeline   sends the request over and over, as fast as it is taken, and reads what comes
//   reconnect  sends the request, waits for an answer, hangs up, and connects anew
//   idle       sends the greeting and nothing more
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { maximumConnections = 4096, chunkBytes = 65536 };

struct Client
{
    size_t greeted; ///< bytes of the greeting that are sent
    size_t sent; ///< of the current chunk or request
    int waits; ///< for an answer
};

static struct pollfd polled[maximumConnections];
static struct Client clients[maximumConnections];
static char request[chunkBytes];
static size_t requestBytes;
static char greeting[chunkBytes];
static size_t greetingBytes;
static const char *manner;
static const char *where;
static long long bytesRead;
static long long answers;

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int is(const char *word)
{
    return strcmp(manner, word) == 0;
}

static size_t readFile(const char *path, char *bytes)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t size = file < 0 ? -1 : read(file, bytes, chunkBytes);
    if (size < 0)
        exit(66);
    close(file);
    return (size_t)size;
}

static int connectedSocket(void)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct sockaddr_in port = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(where)),
        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int isPath = where[0] == '/';
    const int made = socket(isPath ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        return -1;
    if (isPath)
        snprintf(path.sun_path, sizeof path.sun_path, "%s", where);
    const int failed = isPath ? connect(made, (struct sockaddr *)&path, sizeof path)
                              : connect(made, (struct sockaddr *)&port, sizeof port);
    if (failed != 0) {
        close(made);
        return -1;
    }
    fcntl(made, F_SETFL, O_NONBLOCK);
    return made;
}

static void begin(long index)
{
    if (polled[index].fd >= 0)
        close(polled[index].fd);
    polled[index].fd = connectedSocket();
    clients[index] = (struct Client){0, 0, 0};
}

/// False: the connection is over.
static int write_(int socket, const char *bytes, size_t size, size_t *sent)
{
    const ssize_t taken = send(socket, bytes + *sent, size - *sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0)
        return errno == EAGAIN || errno == EINTR;
    *sent += (size_t)taken;
    return 1;
}

static int sendTo(struct pollfd *socket, struct Client *client)
{
    if (client->greeted < greetingBytes)
        return write_(socket->fd, greeting, greetingBytes, &client->greeted);
    if (client->waits || is("idle"))
        return 1;
    if (!write_(socket->fd, request, requestBytes, &client->sent))
        return 0;
    if (client->sent < requestBytes)
        return 1;
    client->sent = 0;
    client->waits = !is("pipeline");
    return 1;
}

static int readFrom(struct pollfd *socket, struct Client *client)
{
    static char bin[chunkBytes];
    const ssize_t size = recv(socket->fd, bin, sizeof bin, MSG_DONTWAIT);
    if (size <= 0)
        return size < 0 && (errno == EAGAIN || errno == EINTR);
    bytesRead += size;
    if (bytesRead == size)
        say("answered");
    answers += client->waits;
    if (client->waits && is("reconnect"))
        return 0;
    client->waits = 0;
    return 1;
}

static void fillWithRequests(void)
{
    const size_t one = requestBytes;
    while (one > 0 && requestBytes + one <= chunkBytes) {
        memcpy(request + requestBytes, request, one);
        requestBytes += one;
    }
}

int main(int argc, char **argv)
{
    live();
    const long count = number(argc, argv, 2, 0);
    if (argc < 6 || count < 1 || count > maximumConnections)
        return 64;
    where = argv[1];
    manner = argv[4];
    requestBytes = readFile(argv[5], request);
    greetingBytes = argc > 6 ? readFile(argv[6], greeting) : 0;
    if (is("pipeline"))
        fillWithRequests();
    for (long i = 0; i < count; ++i) {
        polled[i].fd = -1;
        begin(i);
    }
    say("ready");
    const long long end = now() + number(argc, argv, 3, 1000);
    while (now() < end) {
        for (long i = 0; i < count; ++i) {
            if (polled[i].fd < 0)
                begin(i);
            const int isDone = clients[i].waits || is("idle");
            polled[i].events
                = (short)(POLLIN | (isDone && clients[i].greeted == greetingBytes ? 0 : POLLOUT));
        }
        if (poll(polled, (nfds_t)count, 100) <= 0)
            continue;
        for (long i = 0; i < count && now() < end; ++i) {
            const short events = polled[i].revents;
            int goesOn = 1;
            if (events & POLLOUT)
                goesOn = sendTo(&polled[i], &clients[i]);
            if (goesOn && events & (POLLIN | POLLHUP | POLLERR))
                goesOn = readFrom(&polled[i], &clients[i]);
            if (!goesOn)
                begin(i);
        }
    }
    sayNumber("bytes", (long)bytesRead);
    sayNumber("answers", (long)answers);
    return 0;
}
