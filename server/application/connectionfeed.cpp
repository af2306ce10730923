// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/connectionfeed.h"

#include "hub/framepump.h"
#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"
#include "supervisor/supervisedprocess.h"

#include <semper/service.h>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qsizetype mostTold = 100; ///< in one frame, which is smaller than 64 KiB with them
constexpr auto pause = 100ms;

} // namespace

void ConnectionFeed::begin(ProcessSession &session, const Service &service)
{
    if (!session.findChild<ConnectionFeed *>({}, Qt::FindDirectChildrenOnly))
        new ConnectionFeed(session, service);
}

ConnectionFeed::ConnectionFeed(ProcessSession &session, const Service &service)
    : QObject(&session)
    , m_session(session)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(pause);
    connect(&m_pause, &QTimer::timeout, this, &ConnectionFeed::flush);
    connect(&service, &Service::connectionOpened, this,
        [this](const Connection &connection) { add(m_opened, connection); });
    connect(&service, &Service::connectionClosed, this,
        [this](const Connection &connection) { add(m_closed, connection); });
}

void ConnectionFeed::add(QJsonArray &list, const Connection &connection)
{
    if (m_opened.size() + m_closed.size() < mostTold)
        list.append(connection.toJson());
    else
        ++m_missed;
    if (!m_pause.isActive())
        m_pause.start();
}

void ConnectionFeed::flush()
{
    HubConnection *peer = m_session.connection();
    if (peer->bytesToWrite() > FramePump::enoughWaiting) {
        m_missed += m_opened.size() + m_closed.size();
        m_opened = {};
        m_closed = {};
        return m_pause.start(); // It is told of it once it reads again.
    }
    QJsonObject frame = makeFrame(frames::connections,
        {{keys::opened, std::exchange(m_opened, {})}, {keys::closed, std::exchange(m_closed, {})}});
    if (m_missed > 0)
        frame.insert(keys::missed, std::exchange(m_missed, 0));
    peer->send(frame);
}

} // namespace semper
