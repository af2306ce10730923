// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/unixsignals.h"

#include <QSocketNotifier>

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace semper {

namespace {

int pipeEnds[2] = {-1, -1};

void passOn(int signal)
{
    const int error = errno;
    const char byte = char(signal);
    // A full pipe holds thousands of signals that nobody read yet: one more tells nothing new.
    static_cast<void>(!::write(pipeEnds[1], &byte, 1));
    errno = error;
}

} // namespace

void UnixSignals::install()
{
    if (pipeEnds[0] >= 0 || ::pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action = {};
    action.sa_handler = passOn;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD})
        ::sigaction(signal, &action, nullptr);
}

UnixSignals::UnixSignals(QObject *parent)
    : QObject(parent)
{
    install();
    m_notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &UnixSignals::read);
}

UnixSignals::~UnixSignals() = default;

void UnixSignals::read()
{
    bool child = false;
    char bytes[256];
    ssize_t size = 0;
    while ((size = ::read(pipeEnds[0], bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < size; ++i) {
            if (bytes[i] == SIGCHLD)
                child = true;
            else if (bytes[i] == SIGHUP)
                Q_EMIT hangUp();
            else
                Q_EMIT terminateRequested();
        }
    }
    if (child)
        Q_EMIT childEnded();
}

} // namespace semper
