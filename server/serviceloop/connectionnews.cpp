// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/connectionnews.h"

#include <semper/service.h>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qsizetype mostTold = 100; ///< in one frame, which is smaller than 64 KiB with them
constexpr auto pause = 100ms;

} // namespace

ConnectionNewsDesk::ConnectionNewsDesk(Service &service, ServiceSide::Done<ConnectionNews> tell)
    : QObject(&service)
    , m_tell(std::move(tell))
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(pause);
    connect(&m_pause, &QTimer::timeout, this, [this] { m_tell(std::exchange(m_news, {})); });
    connect(&service, &Service::connectionOpened, this,
        [this](const Connection &connection) { add(m_news.opened, connection); });
    connect(&service, &Service::connectionClosed, this,
        [this](const Connection &connection) { add(m_news.closed, connection); });
}

void ConnectionNewsDesk::add(QJsonArray &list, const Connection &connection)
{
    if (m_news.opened.size() + m_news.closed.size() < mostTold)
        list.append(connection.toJson());
    else
        ++m_news.missed;
    if (!m_pause.isActive())
        m_pause.start();
}

} // namespace semper
