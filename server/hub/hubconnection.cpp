// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/hubconnection.h"

#include "os/freezer.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QLoggingCategory>

#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHubConnection, "semper.server.hub", QtInfoMsg)

constexpr auto timeToGreet = 5000ms;
constexpr auto timeToReadTheError = 2000ms;
constexpr qint64 maximumWaitingBytes = 4 * 1024 * 1024;

} // namespace

HubConnection::HubConnection(int socket, FramePump &pump, QObject *parent)
    : HubConnection(socket, PeerCredentials::of(socket).value_or(PeerCredentials{}), pump, parent)
{ }

HubConnection::HubConnection(int socket, const QByteArray &mark, FramePump &pump, QObject *parent)
    : HubConnection(socket, PeerCredentials::ofLaunch(mark), pump, parent)
{
    m_deadline.stop();
}

HubConnection::HubConnection(int socket, PeerCredentials peer, FramePump &pump, QObject *parent)
    : FrameConnection(parent)
    , m_pump(pump)
    , m_peer(std::move(peer))
    , m_id(pump.add(socket, this))
{
    m_deadline.setPauseCheck(
        [this] { return !m_failed && m_peer.pid > 0 && isInFrozenCgroup(m_peer.pid); });
    connect(&m_deadline, &PatientTimer::timeout, this, [this] {
        if (m_failed)
            Q_EMIT closed();
        else
            fail(u"no_hello"_s, u"say hello within %1 ms"_s.arg(timeToGreet.count()));
    });
    m_deadline.start(timeToGreet);
}

HubConnection::~HubConnection()
{
    m_pump.remove(m_id);
}

void HubConnection::setGreeted()
{
    m_deadline.stop();
}

void HubConnection::write(const QByteArray &encoded)
{
    if (m_failed)
        return;
    if (bytesToWrite() + encoded.size() > maximumWaitingBytes) {
        qCWarning(logHubConnection, "pid %d does not read what it is sent; cut off", m_peer.pid);
        m_failed = true;
        // Not from inside write(): the caller may still hold this connection.
        m_deadline.start(0ms);
        return;
    }
    m_pump.write(m_id, encoded);
    m_written += encoded.size();
}

void HubConnection::fail(const QString &code, const QString &detail)
{
    if (m_failed)
        return;
    qCInfo(logHubConnection, "closing the connection of pid %d: %s: %s", m_peer.pid,
        qUtf8Printable(code), qUtf8Printable(detail));
    send(makeFrame(frames::error, {{keys::code, code}, {keys::detail, detail}}));
    if (m_failed) // by that very frame
        return;
    m_failed = true;
    m_pump.finish(m_id);
    m_deadline.start(timeToReadTheError);
}

QString HubConnection::peerName() const
{
    return u"local user %1 (pid %2)"_s.arg(m_peer.user).arg(m_peer.pid);
}

void HubConnection::drain()
{
    m_pump.drain(m_id);
}

void HubConnection::frameArrived(const QJsonObject &frame)
{
    if (!m_failed)
        Q_EMIT frameReceived(frame);
}

void HubConnection::frameBroken(const FrameError &error)
{
    fail(error.code, error.detail);
}

void HubConnection::outputRelieved()
{
    Q_EMIT relieved();
}

void HubConnection::hungUp()
{
    Q_EMIT closed();
}

} // namespace semper
