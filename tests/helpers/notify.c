// SPDX-License-Identifier: GPL-3.0-or-later
// notify [WORD...]: tells of itself on NOTIFY_SOCKET (sd_notify(3)), says ready, and waits. A WORD
// is a message to send, "after:FILE" (waits until FILE is there), "barrier" (sends a descriptor
// along, waits until nobody has it any more, says barrier), "long" and "nul" (messages that are
// none, with READY=1 in them), "empty", "child:MESSAGE" (a child sends that, and waits), "beats:N"
// (WATCHDOG=1 every 100 ms), "flood" (the same status as fast as it goes, for ever), or
// "exit:CODE".
#include "helper.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static void sendBytes(const char *bytes, size_t size, int descriptor)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        exit(78);
    strcpy(address.sun_path, path);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // an abstract socket
    const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char control[CMSG_SPACE(sizeof descriptor)] = {0};
    struct iovec part = {(void *)bytes, size};
    struct msghdr message = {.msg_name = &address,
        .msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)),
        .msg_iov = &part,
        .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *item = CMSG_FIRSTHDR(&message);
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = SCM_RIGHTS;
        item->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
    }
    if (out < 0 || sendmsg(out, &message, 0) < 0) {
        perror(path);
        exit(69);
    }
    close(out);
}

static void passBarrier(void)
{
    int ends[2];
    char nothing = 0;
    if (pipe(ends) != 0)
        exit(71);
    sendBytes("BARRIER=1", 9, ends[1]);
    close(ends[1]);
    if (read(ends[0], &nothing, 1) == 0)
        say("barrier");
    close(ends[0]);
}

static void sendFromChild(const char *message)
{
    if (fork() != 0)
        return;
    live();
    sendBytes(message, strlen(message), -1);
    sleepForEver();
}

static void sendLong(void)
{
    char bytes[20000];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "READY=1\nSTATUS=", 15);
    sendBytes(bytes, sizeof bytes, -1);
}

int main(int argc, char **argv)
{
    live();
    for (int i = 1; i < argc; ++i) {
        const char *word = argv[i];
        if (strncmp(word, "after:", 6) == 0) {
            while (access(word + 6, F_OK) != 0)
                sleepFor(10);
        } else if (strncmp(word, "child:", 6) == 0) {
            sendFromChild(word + 6);
        } else if (strncmp(word, "beats:", 6) == 0) {
            for (int left = atoi(word + 6); left > 0; --left) {
                sendBytes("WATCHDOG=1", 10, -1);
                sleepFor(100);
            }
        } else if (strncmp(word, "exit:", 5) == 0) {
            return atoi(word + 5);
        } else if (strcmp(word, "flood") == 0) {
            for (;;)
                sendBytes("STATUS=flood", 12, -1);
        } else if (strcmp(word, "barrier") == 0) {
            passBarrier();
        } else if (strcmp(word, "long") == 0) {
            sendLong();
        } else if (strcmp(word, "nul") == 0) {
            sendBytes("READY=1\n\0\nx", 11, -1);
        } else if (strcmp(word, "empty") == 0) {
            sendBytes("", 0, -1);
        } else {
            sendBytes(word, strlen(word), -1);
        }
    }
    say("ready");
    sleepForEver();
}
