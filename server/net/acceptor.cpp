// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/acceptor.h"

#include <QPointer>

#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int mostAccepted = 8;
constexpr auto pauseWhenStarved = 200ms;

} // namespace

Acceptor::Acceptor(int listening, QObject *parent)
    : QObject(parent)
    , m_listening(listening)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_notifier(std::make_unique<QSocketNotifier>(m_epoll, QSocketNotifier::Read))
{
    epoll_event event{.events = EPOLLIN, .data = {.fd = listening}};
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, listening, &event);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Acceptor::accept);
    m_resume.setSingleShot(true);
    m_resume.setInterval(pauseWhenStarved);
    connect(&m_resume, &QTimer::timeout, this, [this] { m_notifier->setEnabled(!m_isStopped); });
}

Acceptor::~Acceptor()
{
    m_notifier.reset();
    ::close(m_epoll);
}

void Acceptor::stop()
{
    m_isStopped = true;
    m_resume.stop();
    m_notifier->setEnabled(false);
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
        m_notifier->setEnabled(false);
        m_resume.start();
        if (!std::exchange(m_isStarved, true))
            Q_EMIT starved(error);
        return;
    }
}

} // namespace semper
