// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/connectionfeed.h"

#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"

#include <QPointer>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto pause = 100ms;

} // namespace

void ConnectionFeed::begin(ProcessSession &session, ServiceSide &services)
{
    if (!session.findChild<ConnectionFeed *>({}, Qt::FindDirectChildrenOnly))
        new ConnectionFeed(session, services);
}

ConnectionFeed::ConnectionFeed(ProcessSession &session, ServiceSide &services)
    : QObject(&session)
    , m_session(session)
{
    m_again.setSingleShot(true);
    m_again.setInterval(pause);
    connect(&m_again, &QTimer::timeout, this, &ConnectionFeed::flush);
    m_following = services.followConnections(
        session.process()->service(), [self = QPointer(this)](const ConnectionNews &news) {
            if (self)
                self->tell(news);
        });
}

void ConnectionFeed::tell(const ConnectionNews &news)
{
    m_news.missed += news.missed;
    if (m_news.opened.isEmpty() && m_news.closed.isEmpty()) {
        m_news.opened = news.opened;
        m_news.closed = news.closed;
    } else { // what was told before is not read yet
        m_news.missed += news.opened.size() + news.closed.size();
    }
    flush();
}

void ConnectionFeed::flush()
{
    HubConnection *peer = m_session.connection();
    if (peer->bytesToWrite() > FrameConnection::enoughWaiting)
        return m_again.start(); // It is told of it once it reads again.
    const ConnectionNews news = std::exchange(m_news, {});
    QJsonObject frame = makeFrame(
        frames::connections, {{keys::opened, news.opened}, {keys::closed, news.closed}});
    if (news.missed > 0)
        frame.insert(keys::missed, news.missed);
    peer->send(frame);
}

} // namespace semper
