// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/unixsignals.h"

#include <QSocketNotifier>

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace semper {

namespace {

int pipeEnds[2] = {-1, -1};

constexpr qint64 sameRequestMs = 50;
constexpr unsigned char fromParent = 0x80; ///< beside the number

void passOn(int signal, siginfo_t *info, void *)
{
    const int error = errno;
    const auto byte
        = static_cast<unsigned char>(signal | (info->si_pid == ::getppid() ? fromParent : 0));
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
    action.sa_sigaction = passOn;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_SIGINFO;
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

// timeout(1) and others signal a process and then its group: twice within microseconds.
void UnixSignals::terminate(int sender)
{
    QElapsedTimer &last = m_lastTermination[sender];
    const bool first = !last.isValid();
    if (!first && !last.hasExpired(sameRequestMs))
        return;
    last.start();
    Q_EMIT terminateRequested(!first);
}

void UnixSignals::read()
{
    bool child = false;
    unsigned char bytes[256];
    ssize_t size = 0;
    while ((size = ::read(pipeEnds[0], bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < size; ++i) {
            const int number = bytes[i] & ~fromParent;
            if (number == SIGCHLD)
                child = true;
            else if (number == SIGHUP)
                Q_EMIT hangUp();
            else
                terminate(bytes[i] / fromParent);
        }
    }
    if (child)
        Q_EMIT childEnded();
}

} // namespace semper
