// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/stopsignals.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace semper {

namespace {

std::atomic<int> wakeDescriptor{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait for a lock");

void wake(int)
{
    const int error = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wakeDescriptor.load(), &one, sizeof one);
    errno = error;
}

void handle(void (*handler)(int), int flags)
{
    struct sigaction action
    { };
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGTERM, SIGINT})
        sigaction(signal, &action, nullptr);
}

} // namespace

StopSignals::StopSignals(Second second, QObject *parent)
    : QObject(parent)
    , m_second(second)
    , m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_notifier(m_descriptor, QSocketNotifier::Read)
{
    wakeDescriptor = m_descriptor;
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        std::uint64_t count = 0;
        if (::read(m_descriptor, &count, sizeof count) == sizeof count)
            Q_EMIT received();
    });
    // Whoever started this program may have left them blocked.
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGTERM);
    sigaddset(&both, SIGINT);
    sigprocmask(SIG_UNBLOCK, &both, nullptr);
    handle(wake, second == Second::Kills ? SA_RESTART | int(SA_RESETHAND) : SA_RESTART);
}

StopSignals::~StopSignals()
{
    // A server asks by frame and by signal. The signal may come when the frame has ended
    // everything, and must not be what ends the program.
    handle(m_second == Second::Told ? SIG_IGN : SIG_DFL, 0);
    m_notifier.setEnabled(false);
    wakeDescriptor = -1;
    ::close(m_descriptor);
}

} // namespace semper
