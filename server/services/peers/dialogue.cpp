// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/peers/dialogue.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"
#include "services/peers/messageconnection.h"
#include "services/peers/peergroup.h"
#include "services/peers/remotewatcher.h"

#include <QJsonDocument>
#include <QLoggingCategory>

#include <chrono>
#include <exception>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logDialogue, "semper.server.peers", QtInfoMsg)

/// How long a client that showed a wrong token has to wait for the answer.
constexpr auto penalty = 1000ms;

/// \a message as a frame; empty for what is none.
QJsonObject frameOf(const Message &message)
{
    if (message.bytes.size() >= maximumFrameBytes)
        return {};
    return QJsonDocument::fromJson(message.bytes).object();
}

} // namespace

Dialogue::Dialogue(MessageConnection *connection, PeerGroup &group)
    : QObject(connection)
    , m_connection(connection)
    , m_group(group)
    , m_peer(connection, connection->facts())
    , m_abandoned(group.abandoned())
{
    connect(connection, &MessageConnection::messageReceived, this, &Dialogue::take);
    connect(&m_deadline, &PatientTimer::timeout, this,
        [this] { refuse(u"no_hello"_s, u"the first frame is a hello"_s); });
    if (!group.handler() || m_peer.subprotocol() == watcherSubprotocol)
        m_deadline.start(group.timeToGreet());
}

Dialogue::~Dialogue()
{
    if (m_serving)
        ++*m_abandoned;
}

void Dialogue::take(const Message &message)
{
    switch (m_role) {
    case Role::Unknown:
        return begin(message);
    case Role::Client:
        return serve(message);
    case Role::Watcher: // which hears it itself
    case Role::Refused:
        return;
    }
}

void Dialogue::begin(const Message &message)
{
    const bool mustGreet = !m_group.handler() || m_peer.subprotocol() == watcherSubprotocol;
    if (mustGreet && message.bytes.trimmed().isEmpty())
        return; // a blank line
    const QJsonObject frame = frameOf(message);
    if (m_group.stock().openWatcher && frame.value(keys::type) == frames::hello
        && frame.value(keys::role) == roles::watcher)
        return greet(frame);
    if (mustGreet)
        return refuse(u"no_hello"_s, u"the first frame is a hello of the role \"watcher\""_s);
    m_role = Role::Client;
    serve(message);
}

void Dialogue::greet(const QJsonObject &hello)
{
    const PeerGroup::Stock &stock = m_group.stock();
    const QByteArray token = hello.value(keys::token).toString().toUtf8();
    if (m_peer.isAuthenticated() || stock.isToken(token))
        return becomeWatcher();
    // The time goes by whether there was a token or not, and nothing more is read meanwhile.
    m_role = Role::Refused;
    m_connection->setPaused(true);
    qCInfo(logDialogue, "%ls %ls said hello without the server's token",
        qUtf16Printable(m_connection->kind()), qUtf16Printable(m_peer.address()));
    m_deadline.disconnect(this);
    connect(&m_deadline, &PatientTimer::timeout, this, [this] {
        refuse(u"not_allowed"_s, u"authentication needed: the server's token in \"token\""_s);
    });
    m_deadline.start(penalty);
}

void Dialogue::becomeWatcher()
{
    m_role = Role::Watcher;
    m_deadline.stop();
    m_connection->setWatching();
    m_connection->setUser(u"token"_s);
    m_group.left(m_peer.id());
    m_group.stock().openWatcher(new RemoteWatcher(m_connection));
}

void Dialogue::refuse(const QString &code, const QString &detail)
{
    m_role = Role::Refused;
    (new RemoteWatcher(m_connection))->fail(code, detail);
}

void Dialogue::serve(const Message &message)
{
    if (m_group.isOverrun()) {
        qCWarning(logDialogue, "%ls is closed: too many handlers run for clients that have gone",
            qUtf16Printable(m_peer.address()));
        m_role = Role::Refused;
        return m_connection->finish(
            {.code = closecode::tryAgainLater, .detail = u"too much is under way"_s});
    }
    m_serving = true;
    m_connection->setPaused(true);
    drive(this, m_group.handler(), m_peer, message);
}

QCoro::Task<> Dialogue::drive(
    QPointer<Dialogue> self, PeerHandler handler, Peer peer, Message message)
{
    const std::shared_ptr<int> abandoned = self->m_abandoned;
    std::optional<QString> fault;
    try {
        const QCoro::Task<> task = handler(std::move(peer), std::move(message));
        co_await task;
    } catch (const std::exception &error) {
        fault = QString::fromUtf8(error.what());
    } catch (...) {
        fault = u"something that is no std::exception"_s;
    }
    if (self)
        self->served(fault);
    else
        --*abandoned;
}

void Dialogue::served(const std::optional<QString> &fault)
{
    m_serving = false;
    if (!fault)
        return m_connection->setPaused(false);
    qCWarning(logDialogue, "the handler of a message from %ls threw: %ls",
        qUtf16Printable(m_peer.address()), qUtf16Printable(*fault));
    m_role = Role::Refused;
    m_connection->finish({.code = closecode::internalError, .detail = u"the handler failed"_s});
}

} // namespace semper
