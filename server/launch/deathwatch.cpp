// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/deathwatch.h"

#include "turns/turns.h"

#include <QCoreApplication>
#include <QEvent>

#include <algorithm>
#include <array>
#include <span>

#include <sys/epoll.h>
#include <unistd.h>

namespace semper {

DeathWatch::DeathWatch(QObject *parent)
    : QObject(parent)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_ready(m_epoll, QSocketNotifier::Read)
{
    connect(&m_ready, &QSocketNotifier::activated, this, &DeathWatch::deliver);
    Turns::ofThread().giveWay(m_epoll);
}

DeathWatch::~DeathWatch()
{
    Turns::ofThread().giveWayNoMore(m_epoll);
    m_ready.setEnabled(false);
    ::close(m_epoll);
}

bool DeathWatch::take(QSocketNotifier *notifier)
{
    const auto descriptor = int(notifier->socket());
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
        return false;
    notifier->setEnabled(false);
    m_taken.insert(descriptor, notifier);
    return true;
}

void DeathWatch::deliver()
{
    std::array<epoll_event, 32> events;
    const int count = ::epoll_wait(m_epoll, events.data(), int(events.size()), 0);
    for (const epoll_event &event : std::span(events).first(std::size_t(std::max(count, 0)))) {
        const int descriptor = event.data.fd;
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr); // before its owner closes it
        if (const auto notifier = m_taken.take(descriptor)) {
            QEvent activated(QEvent::SockAct);
            QCoreApplication::sendEvent(notifier, &activated);
        }
    }
}

} // namespace semper
