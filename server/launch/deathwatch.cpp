// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/deathwatch.h"

#include "turns/turns.h"

#include <QCoreApplication>
#include <QEvent>

#include <array>

namespace semper {

DeathWatch::DeathWatch(QObject *parent)
    : QObject(parent)
    , m_ready(m_set.descriptor(), QSocketNotifier::Read)
{
    connect(&m_ready, &QSocketNotifier::activated, this, &DeathWatch::deliver);
    Turns::ofThread().giveWay(m_set.descriptor());
}

DeathWatch::~DeathWatch()
{
    Turns::ofThread().giveWayNoMore(m_set.descriptor());
}

bool DeathWatch::take(QSocketNotifier *notifier)
{
    const auto descriptor = int(notifier->socket());
    if (!m_set.add(descriptor, quint64(descriptor)))
        return false;
    notifier->setEnabled(false);
    m_taken.insert(descriptor, notifier);
    return true;
}

void DeathWatch::deliver()
{
    std::array<epoll_event, 32> room;
    for (const epoll_event &event : m_set.wait(room, 0)) {
        const auto descriptor = int(event.data.u64);
        m_set.remove(descriptor); // before its owner closes it
        if (const auto notifier = m_taken.take(descriptor)) {
            QEvent activated(QEvent::SockAct);
            QCoreApplication::sendEvent(notifier, &activated);
        }
    }
}

} // namespace semper
