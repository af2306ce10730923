// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcconnection.h"

#include "net/parting.h"
#include "rpc/rpcdetection.h"
#include "services/rpc/rpchttpconversation.h"
#include "services/rpc/rpcparting.h"
#include "services/rpc/rpcstreamconversation.h"

#include <semper/servicelimits.h>

#include <QLoggingCategory>
#include <QPointer>
#include <QTcpSocket>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRpcConnection, "semper.server.rpc", QtInfoMsg)

/// What the kernel hands over at once. Small, for a client cannot make the server hold more.
constexpr qint64 readBufferBytes = 64 * 1024;
/// A client that does not take its answers gets no further ones.
constexpr qint64 maximumUnsentBytes = 256 * 1024;
constexpr qsizetype enoughForWords = 64; ///< of a header's name, or an HTTP method
constexpr auto timeToTellMore = 200ms;

/// Lines of nothing, before the client has said anything.
QByteArray withoutBlanksInFront(const QByteArray &bytes)
{
    const auto isBlank
        = [](char byte) { return byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t'; };
    return bytes.sliced(std::ranges::find_if_not(bytes, isBlank) - bytes.cbegin());
}

} // namespace

RpcConnection::RpcConnection(QTcpSocket *socket, quint64 id, const ListenerSpec &listener,
    const ServiceLimits &limits, std::shared_ptr<RpcSession> session,
    std::shared_ptr<TurnLine> line, QObject *partings)
    : QObject(socket)
    , m_socket(socket)
    , m_record(id, *socket)
    , m_listener(listener.address)
    , m_limits(limits)
    , m_session(std::move(session))
    , m_output(std::make_unique<SocketOutput>(socket))
    , m_partings(partings)
    , m_turn(std::move(line), [this] { return doPiece(); })
    , m_firstBy(limits.handshakeTimeout)
{
    m_socket->setReadBufferSize(readBufferBytes);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_record.bound([this] { return heldBytes(); },
        [this] {
            qCWarning(logRpcConnection).noquote()
                << m_record.peer()
                << "is cut off: clients hold too much memory together, and this one most";
            QMetaObject::invokeMethod(this, &RpcConnection::abort, Qt::QueuedConnection);
        });
    m_wait.setSingleShot(true);
    m_wait.setInterval(timeToTellMore);
    connect(&m_wait, &QTimer::timeout, this, [this] {
        speakFraming(u"newline"_s);
        m_turn.ask();
    });
    connect(m_socket, &QIODevice::readyRead, this, &RpcConnection::read);
    connect(m_socket, &QAbstractSocket::disconnected, this, &RpcConnection::clientLeft);
    connect(m_output.get(), &SocketOutput::written, this, [this](qint64 bytes) {
        m_record.sent(bytes);
        noteProgress();
    });
    connect(
        m_output.get(), &SocketOutput::failed, this, &RpcConnection::abort, Qt::QueuedConnection);
    m_session->setCallEnded([this] { m_turn.askLater(); });
    m_session->setTokenShown([this] { m_record.setUser(u"token"_s); });
    m_lastWrite.start();
    m_lastByte.start();
    if (!listener.framing.isEmpty() && listener.framing != "auto"_L1)
        speakFraming(listener.framing);
    // What came with the handshake is here already.
    QMetaObject::invokeMethod(this, &RpcConnection::read, Qt::QueuedConnection);
}

RpcConnection::~RpcConnection()
{
    if (m_session) {
        m_session->setCallEnded({});
        m_session->setTokenShown({});
    }
    if (m_conversation)
        m_conversation->setWrite({});
}

qint64 RpcConnection::heldBytes() const
{
    return m_first.capacity() + (m_conversation ? m_conversation->heldBytes() : 0)
        + m_session->heldBytes() + m_output->unsent();
}

Connection RpcConnection::connection() const
{
    return m_record.connection();
}

void RpcConnection::close()
{
    leave();
    if (m_parting)
        m_parting->endWithin(Parting::usualPatience);
}

void RpcConnection::abort()
{
    m_leaving = true;
    m_socket->abort();
}

std::optional<LiveConnection::Quiet> RpcConnection::quiet() const
{
    const bool isBusy
        = m_leaving || m_turn.waits() || m_session->underWay() > 0 || m_output->unsent() > 0;
    return isBusy ? std::nullopt : m_record.quiet();
}

void RpcConnection::enforceDeadlines()
{
    const bool isSent = m_output->unsent() == 0;
    if (!isSent && m_lastWrite.hasExpired(m_limits.writeStall.count())) {
        qCDebug(logRpcConnection) << "dropped" << m_record.peer()
                                  << "which does not take what it is sent";
        return abort();
    }
    if (m_leaving)
        return;
    if (!m_heard && m_firstBy.hasExpired())
        return leave();
    if (m_restBy.hasExpired() && !m_turn.waits()) {
        if (!m_conversation)
            speakFraming(u"newline"_s);
        m_conversation->giveUp();
        return lookAtRest();
    }
    const bool isIdle = m_session->underWay() == 0 && isSent;
    if (isIdle && m_limits.idleTimeout > 0ms && m_lastByte.hasExpired(m_limits.idleTimeout.count()))
        leave();
}

void RpcConnection::read()
{
    if (m_leaving || !m_socket->isOpen()) // It was aborted since.
        return;
    m_heard |= m_socket->bytesAvailable() > 0;
    // Not at once: a handler may let the event loop turn, in which the client leaves, and the
    // socket must not be deleted inside its own signal.
    m_turn.askLater();
    lookAtRest();
}

/// Takes what may tell how the client speaks. False: nothing has come.
bool RpcConnection::listen()
{
    QByteArray fresh = takeFresh();
    if (fresh.isEmpty())
        return false;
    if (m_first.isEmpty())
        fresh = withoutBlanksInFront(fresh);
    // Of a long first line only its end tells more: it is not read anew with every piece.
    m_firstLineEnded |= fresh.contains('\n');
    const bool tellsMore = m_first.size() < enoughForWords || m_firstLineEnded;
    m_first += fresh;
    if (tellsMore || m_first.size() > m_limits.messageMaxBytes)
        find();
    return true;
}

void RpcConnection::find()
{
    m_wait.stop();
    switch (detectRpcFraming(m_first)) {
    case RpcDetection::NeedsMore:
        if (m_first.size() <= m_limits.messageMaxBytes)
            break;
        [[fallthrough]]; // to be told that it is too much
    case RpcDetection::Newline:
        speakFraming(u"newline"_s);
        break;
    case RpcDetection::NewlineUnlessMoreComes:
        m_wait.start();
        break;
    case RpcDetection::ContentLength:
        speakFraming(u"content-length"_s);
        break;
    case RpcDetection::Swoft:
        speakFraming(u"swoft"_s);
        break;
    case RpcDetection::Http:
        speak(
            std::make_shared<RpcHttpConversation>(m_session, m_listener, m_limits.messageMaxBytes));
        break;
    case RpcDetection::Foreign:
        speakFraming(u"newline"_s);
        m_conversation->giveUp();
        break;
    }
}

void RpcConnection::speakFraming(const QString &framing)
{
    speak(std::make_shared<RpcStreamConversation>(m_session,
        rpcFramingFromString(framing).value_or(RpcFraming::Newline), m_limits.messageMaxBytes));
}

void RpcConnection::speak(std::shared_ptr<RpcConversation> conversation)
{
    m_conversation = std::move(conversation);
    m_conversation->setWrite([this](const QByteArray &bytes) { write(bytes); });
    m_conversation->append(std::exchange(m_first, {}));
}

bool RpcConnection::doPiece()
{
    const QPointer<RpcConnection> self(this); // A handler may let the event loop turn.
    const bool isDone = goOn();
    if (self)
        m_record.remeasure();
    return isDone;
}

/// Begins one call, or takes one message of what the client has sent. True: there may be more.
bool RpcConnection::goOn()
{
    if (m_leaving)
        return false;
    m_session->setMaximumAnswerBytes(m_limits.queueMaxBytes);
    bool isDone = false;
    if (!m_conversation) {
        isDone = listen();
    } else if (m_output->unsent() < maximumUnsentBytes) {
        m_conversation->setMaximumMessageBytes(m_limits.messageMaxBytes);
        const QPointer<RpcConnection> self(this); // A handler may let the event loop turn.
        const auto conversation = m_conversation; // It goes with the client, and has the session.
        isDone = conversation->session().beginCall();
        if (!self || m_leaving)
            return false;
        if (!isDone && m_conversation->step()) {
            isDone = true;
            m_restBy.setRemainingTime(-1);
        }
        isDone = isDone || (!m_leaving && readMore());
    }
    if (!isDone || !m_conversation || m_conversation->isOver())
        lookAtRest();
    return isDone && !m_leaving;
}

/// Ends the client that is done with, and bounds the time in which the rest of a message comes.
void RpcConnection::lookAtRest()
{
    if (m_leaving)
        return;
    if (m_conversation && m_conversation->isOver())
        return leave();
    // Where the client does not take its answers, what it sent may be whole and is not looked at.
    if (!isMidMessage() || m_output->unsent() >= maximumUnsentBytes)
        m_restBy.setRemainingTime(-1);
    else if (m_restBy.isForever())
        m_restBy.setRemainingTime(m_limits.writeStall);
    m_output->setNeeded(
        m_session->underWay() > 0 || isMidMessage() || m_socket->bytesAvailable() > 0);
}

/// Nothing is read while calls have to end first: then the client has to wait too.
bool RpcConnection::readMore()
{
    if (!m_conversation->wantsMore() || m_socket->bytesAvailable() == 0)
        return false;
    const QByteArray fresh = takeFresh();
    m_conversation->append(fresh);
    return !fresh.isEmpty();
}

QByteArray RpcConnection::takeFresh()
{
    QByteArray fresh = m_socket->read(readBufferBytes);
    if (fresh.isEmpty())
        return {};
    m_record.received(fresh.size());
    m_lastByte.restart();
    m_restBy.setRemainingTime(-1);
    return fresh;
}

bool RpcConnection::isMidMessage() const
{
    return m_conversation ? m_conversation->isMidMessage() : !m_first.isEmpty();
}

void RpcConnection::write(const QByteArray &bytes)
{
    if (m_leaving)
        return;
    const qint64 unsent = m_output->unsent();
    if (unsent > 0 && unsent + bytes.size() > m_limits.queueMaxBytes) {
        qCDebug(logRpcConnection) << "dropped" << m_record.peer() << "for which too much waits";
        QMetaObject::invokeMethod(this, &RpcConnection::abort, Qt::QueuedConnection);
        return;
    }
    if (unsent == 0)
        m_lastWrite.restart();
    m_output->write(bytes);
}

void RpcConnection::noteProgress()
{
    m_lastWrite.restart();
    m_lastByte.restart();
    if (!m_leaving)
        m_turn.askLater();
    else if (m_parting)
        m_parting->progress();
}

void RpcConnection::leave()
{
    if (std::exchange(m_leaving, true))
        return;
    m_wait.stop();
    m_output->setNeeded(false);
    m_parting = new Parting(*m_socket, Parting::Peer::MaySend);
    m_parting->setUnsent([this] { return m_output->unsent(); });
    connect(m_parting, &Parting::dropped, this, [this](qint64 bytes) { m_record.received(bytes); });
    m_parting->begin();
}

/// Whether its last answer is on its way to a client that closed its side, and was not cut off.
bool RpcConnection::owesTheRest() const
{
    return m_parting && m_conversation && m_conversation->isOver() && m_output->unsent() > 0
        && m_socket->error() == QAbstractSocket::RemoteHostClosedError;
}

void RpcConnection::clientLeft()
{
    m_wait.stop();
    if ((m_leaving && !owesTheRest()) || !m_output->outlivesSocket()
        || m_partings->children().size() >= m_limits.connections)
        return;
    if (!m_conversation)
        static_cast<void>(listen());
    if (!m_conversation)
        speakFraming(u"newline"_s);
    m_conversation->append(m_socket->readAll());
    m_record.unbound();
    if (m_parting)
        m_parting->setUnsent([] { return 0; }); // no longer by the output, which goes on elsewhere
    m_leaving = true;
    m_output->disconnect(this);
    m_session->setTokenShown({});
    m_session.reset(); // the conversation has it
    new RpcParting(std::exchange(m_conversation, nullptr), std::move(m_output),
        RpcParting::Terms{.maximumBytes = m_limits.queueMaxBytes, .isTrusted = m_record.isKnown()},
        m_turn.line(), m_partings);
}

} // namespace semper
