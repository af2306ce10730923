// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/acceptor.h"

#include <QPointer>

#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/socket.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int mostAccepted = 8;
constexpr auto pauseWhenStarved = 200ms;

} // namespace

Acceptor::Acceptor(int listening, QObject *parent)
    : QObject(parent)
    , m_listening(listening)
    , m_notifier(m_set.descriptor(), QSocketNotifier::Read)
{
    static_cast<void>(m_set.add(listening, 0));
    connect(&m_notifier, &QSocketNotifier::activated, this, &Acceptor::accept);
    m_resume.setSingleShot(true);
    m_resume.setInterval(pauseWhenStarved);
    connect(&m_resume, &QTimer::timeout, this, [this] { m_notifier.setEnabled(!m_isStopped); });
}

void Acceptor::stop()
{
    m_isStopped = true;
    m_resume.stop();
    m_notifier.setEnabled(false);
}

void Acceptor::accept()
{
    const QPointer<Acceptor> self(this); // Who is told may delete it.
    for (int i = 0; i < mostAccepted && self && !m_isStopped; ++i) {
        const int taken = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (taken >= 0) {
            m_isStarved = false;
            Q_EMIT accepted(taken);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        const int error = errno;
        m_notifier.setEnabled(false);
        m_resume.start();
        if (!std::exchange(m_isStarved, true))
            Q_EMIT starved(error);
        return;
    }
}

} // namespace semper
