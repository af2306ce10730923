// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpguard.h"

#include "http/headwriter.h"
#include "http/qthttpcompat.h"
#include "net/guardedsocket.h"
#include "net/unsentbytes.h"

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHttpGuard, "semper.server.http", QtInfoMsg)

/// What the kernel hands over at once. Small, for a client cannot make the server hold more.
constexpr qint64 readBufferBytes = 64 * 1024;
/// What a client has for its first request, for the next, and for more of one, where there is no
/// room for others.
constexpr auto timeForFirstRequest = 10ms;
constexpr auto timeForNextRequest = 100ms;
constexpr auto timeForMoreOfIt = 1000ms;
constexpr auto timeToClose = 2000ms; ///< for a client that close() asks to go

/// Handlers run within it, one at a time on each thread that serves HTTP.
thread_local HttpGuard *guardHandingOn = nullptr;

} // namespace

HttpGuard::HttpGuard(GuardedSocket &socket, quint64 id, const HttpLimits &limits,
    const Admission &admission, const Upgrading &upgrading, const ServiceLimits &common,
    std::shared_ptr<int> running, std::shared_ptr<TurnLine> line)
    : QObject(&socket.socket())
    , m_guarded(socket)
    , m_socket(&socket.socket())
    , m_limits(limits)
    , m_admission(admission)
    , m_upgrading(upgrading)
    , m_common(common)
    , m_running(std::move(running))
    , m_record(id, *m_socket)
    , m_reader(limits)
    , m_turn(std::move(line), [this] { return serve(); })
{
    m_socket->setReadBufferSize(readBufferBytes);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    // Later: a handler may let the event loop turn, in which the client leaves, and the socket must
    // not be deleted inside its own signal.
    connect(m_socket, &QIODevice::readyRead, this, [this] { m_turn.askLater(); });
    connect(m_socket, &QIODevice::bytesWritten, this, [this](qint64 bytes) {
        m_record.sent(bytes);
        progressWriting();
    });
    if (auto *tls = qobject_cast<QSslSocket *>(m_socket)) // where the above means: encrypted
        connect(tls, &QSslSocket::encryptedBytesWritten, this, &HttpGuard::progressWriting);
    connect(m_socket, &QAbstractSocket::disconnected, this, &HttpGuard::endRelay);
    m_record.bound([this] { return heldBytes(); }, [this] { giveUp(); });
    m_lastWrite.start();
    m_deadline.setRemainingTime(m_limits.headTimeout);
}

HttpGuard::~HttpGuard()
{
    endRelay();
}

QTcpSocket *HttpGuard::relay()
{
    if (!m_relay) {
        m_relay = new RelayedSocket(*m_socket, this);
        connect(
            m_relay, &RelayedSocket::closeRequested, this, &HttpGuard::abort, Qt::QueuedConnection);
    }
    return m_relay;
}

/// QHttpServer may own the relay by now, and lets go of it once it is told that the client is gone.
/// It must not have to answer any more then.
void HttpGuard::endRelay()
{
    m_responder.reset();
    const QPointer<RelayedSocket> relay = std::exchange(m_relay, nullptr);
    if (!relay)
        return;
    if (m_handingOn && relay->parent() == this)
        relay->setParent(nullptr); // QHttpServer is at work with it, and deletes it then.
    relay->disconnect(this);
    relay->end();
    Q_EMIT relay->disconnected();
}

void HttpGuard::giveUp()
{
    qCWarning(logHttpGuard).noquote()
        << m_record.peer()
        << "is cut off: clients hold too much memory together, and this one most";
    if (!m_upgraded) {
        m_phase = Phase::Leaving;
        m_reader.takeRest();
    }
    QMetaObject::invokeMethod(this, &HttpGuard::abort, Qt::QueuedConnection);
}

qint64 HttpGuard::heldBytes() const
{
    if (m_upgraded)
        return m_upgraded->heldBytes();
    const qint64 withHandler = m_phase == Phase::Answering ? m_reader.head().bodyBytes : 0;
    return m_reader.heldBytes() + withHandler + unsentBytes(*m_socket);
}

Connection HttpGuard::connection() const
{
    return m_record.connection();
}

void HttpGuard::close()
{
    if (m_upgraded)
        return m_upgraded->close();
    if (!m_closeBy.isForever())
        return;
    m_closeBy.setRemainingTime(timeToClose);
    switch (m_phase) {
    case Phase::Idle:
        return m_handingOn ? void() : leave(Parting::Peer::HasSent);
    case Phase::Head:
    case Phase::Body:
        return refuse({.status = 503, .detail = u"the connection is being closed"_s});
    case Phase::Answering: // It goes with its answer.
    case Phase::Leaving:
    case Phase::Upgraded:
        return;
    }
}

void HttpGuard::abort()
{
    m_socket->abort();
}

Problem HttpGuard::noRoom()
{
    return {.status = 503,
        .detail = u"too many connections"_s,
        .headers = {{"Retry-After"_ba, "1"_ba}}};
}

std::optional<LiveConnection::Quiet> HttpGuard::quiet() const
{
    if (m_upgraded)
        return m_upgraded->quiet();
    if (m_turn.waits() || m_handingOn || unsentBytes(*m_socket) > 0)
        return {};
    const auto time = m_record.quietTime();
    const bool isBetween = m_phase == Phase::Idle;
    if (!isBetween && m_phase != Phase::Head && m_phase != Phase::Body)
        return {};
    const auto timeToAsk = m_request > 0 ? timeForNextRequest : timeForFirstRequest;
    if (time < (isBetween ? timeToAsk : timeForMoreOfIt))
        return {};
    return Quiet{.hasAsked = isBetween && m_request > 0, .time = time};
}

void HttpGuard::makeRoom()
{
    if (m_upgraded || m_request > 0)
        return m_socket->disconnectFromHost();
    refuse(noRoom());
    m_socket->flush();
    m_socket->disconnectFromHost();
}

void HttpGuard::enforceDeadlines()
{
    if (m_upgraded)
        return m_upgraded->enforceDeadlines();
    const bool unread = unsentBytes(*m_socket) > 0;
    if ((unread && m_lastWrite.hasExpired(m_limits.stallTimeout.count())) || m_closeBy.hasExpired())
        return m_socket->abort();
    if (!m_deadline.hasExpired() || m_turn.waits()) // What came in time may not be read yet.
        return;
    switch (m_phase) {
    case Phase::Idle:
        if (!unread)
            m_socket->disconnectFromHost();
        return;
    case Phase::Head:
        return refuse({.status = 408, .detail = u"the head took too long"_s});
    case Phase::Body:
        return refuse({.status = 408, .detail = u"the body took too long"_s});
    case Phase::Answering:
        qCWarning(logHttpGuard) << "no answer in time to" << m_reader.head().method
                                << m_reader.head().path;
        return refuse({.status = 503, .detail = u"the handler took too long"_s});
    case Phase::Leaving:
    case Phase::Upgraded:
        return;
    }
}

/// Takes and answers one request, if a whole one has come. True: there may be another.
bool HttpGuard::serve()
{
    if (!mayTakeRequest())
        return false;
    if (!takeRequest())
        return mayTakeRequest() && readMore();
    const QPointer<HttpGuard> self(this); // A handler may let the event loop turn.
    answerRequest();
    if (!self)
        return false;
    m_socket->flush();
    return mayTakeRequest();
}

/// A client that does not take its answers gets no further ones.
bool HttpGuard::mayTakeRequest() const
{
    const bool isAway
        = m_phase == Phase::Answering || m_phase == Phase::Leaving || m_phase == Phase::Upgraded;
    return !isAway && !m_handingOn && m_socket->state() == QAbstractSocket::ConnectedState
        && unsentBytes(*m_socket) == 0;
}

bool HttpGuard::readMore()
{
    const QByteArray fresh = m_socket->read(readBufferBytes);
    m_record.received(fresh.size());
    m_reader.append(fresh);
    return !fresh.isEmpty();
}

/// True when a whole request is here.
bool HttpGuard::takeRequest()
{
    return (m_phase == Phase::Body || takeHead()) && takeBody();
}

bool HttpGuard::takeBody()
{
    if (const auto problem = m_reader.readBody()) {
        refuse(*problem);
        return false;
    }
    return m_reader.hasBody();
}

bool HttpGuard::takeHead()
{
    auto problem = m_reader.readHead();
    if (m_phase == Phase::Idle && m_reader.hasBegun())
        enter(Phase::Head, m_limits.headTimeout);
    if (!problem && m_reader.hasHead() && m_admission)
        problem = m_admission(m_reader.head());
    if (problem)
        refuse(*problem);
    if (problem || !m_reader.hasHead() || upgrade())
        return false;
    if (m_reader.awaitsContinue()) {
        m_guarded.beginAnswer(GuardedSocket::Answer::Whole);
        m_socket->write(continueAnswer);
        m_socket->flush();
    }
    enter(Phase::Body, m_limits.bodyTimeout);
    return true;
}

/// True if the connection is no longer HTTP, or never will be what it asked for.
bool HttpGuard::upgrade()
{
    if (!m_upgrading)
        return false;
    const auto decided = m_upgrading(m_reader.head(), *m_socket, m_record, m_common);
    if (std::holds_alternative<std::monostate>(decided))
        return false;
    if (const auto *problem = std::get_if<Problem>(&decided)) {
        refuse(*problem);
        return true;
    }
    m_upgraded = std::get<UpgradedConnection *>(decided);
    m_phase = Phase::Upgraded;
    m_guarded.beginAnswer(GuardedSocket::Answer::Whole);
    m_socket->disconnect(this);
    endRelay();
    m_upgraded->begin(m_reader.takeRest(), m_turn.line());
    return true;
}

void HttpGuard::answerRequest()
{
    const bool isTls = qobject_cast<QSslSocket *>(m_socket) != nullptr;
    const QByteArray body = m_reader.takeBody();
    const RequestHead &head = m_reader.head();
    const QByteArray request = head.canonical(isTls ? "https" : "http") + body;
    m_guarded.beginAnswer(
        head.method == "HEAD" ? GuardedSocket::Answer::HeadOnly : GuardedSocket::Answer::Whole);
    m_lastWrite.restart();
    enter(Phase::Idle, m_limits.idleTimeout);

    if (head.target == "*")
        return answerAlone();

    // QHttpServer reads the request, calls its handler and writes the answer in here.
    ++m_request;
    m_handingOn = true;
    guardHandingOn = this;
    const QPointer<HttpGuard> self(this);
    if (m_relay)
        m_relay->feed(request);
    guardHandingOn = nullptr;
    if (!self)
        return;
    m_handingOn = false;

    if (m_phase == Phase::Answering)
        return;
    if (m_guarded.answerBytes() == 0) {
        qCWarning(logHttpGuard) << "no answer to" << head.method << head.path;
        return refuse({.status = 500, .detail = u"no answer was made"_s});
    }
    endRequest();
}

/// The question of what the server can do at all, whatever the path.
void HttpGuard::answerAlone()
{
    m_socket->write(HeadWriter::answer(204)
                        .add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
                        .take());
    endRequest();
}

void HttpGuard::endRequest()
{
    if (m_reader.head().closes || !m_closeBy.isForever())
        leave(m_reader.hasAll() && m_socket->bytesAvailable() == 0 ? Parting::Peer::HasSent
                                                                   : Parting::Peer::MaySend);
}

HttpGuard *HttpGuard::handingOn()
{
    return guardHandingOn;
}

quint64 HttpGuard::deferAnswer(QHttpServerResponder &&responder)
{
    m_responder = std::make_unique<QHttpServerResponder>(std::move(responder));
    enter(Phase::Answering, m_limits.handlerTimeout);
    return m_request;
}

std::shared_ptr<void> HttpGuard::takePlace() const
{
    if (*m_running >= m_limits.maximumConnections)
        return nullptr;
    ++*m_running;
    return {m_running.get(), [running = m_running](void *) { --*running; }};
}

void HttpGuard::giveAnswer(quint64 request, QHttpServerResponse &&response)
{
    if (request != m_request || m_phase != Phase::Answering
        || m_socket->state() != QAbstractSocket::ConnectedState)
        return;
    m_lastWrite.restart();
    enter(Phase::Idle, m_limits.idleTimeout);
    const auto responder = std::exchange(m_responder, nullptr);
    qthttp::write(std::move(response), std::move(*responder));
    if (m_handingOn)
        return; // It came at once.
    m_socket->flush();
    endRequest();
    m_turn.askLater();
}

void HttpGuard::refuse(const Problem &problem)
{
    qCDebug(logHttpGuard) << "refused" << m_record.peer() << problem.status << problem.detail;
    m_lastWrite.restart();
    m_guarded.beginAnswer(GuardedSocket::Answer::Whole);
    m_socket->write(refusalOf(problem, !m_reader.isForHead()));
    const bool isWhole = m_reader.hasAll() && m_socket->bytesAvailable() == 0;
    leave(isWhole ? Parting::Peer::HasSent : Parting::Peer::MaySend);
}

void HttpGuard::leave(Parting::Peer client)
{
    m_phase = Phase::Leaving;
    m_responder.reset();
    m_reader.takeRest();
    auto *parting = new Parting(*m_socket, client, m_limits.lingerTimeout);
    connect(parting, &Parting::dropped, this, [this](qint64 bytes) { m_record.received(bytes); });
    parting->begin();
}

void HttpGuard::progressWriting()
{
    m_lastWrite.restart();
    if (m_phase == Phase::Leaving || unsentBytes(*m_socket) > 0)
        return;
    if (m_phase == Phase::Idle)
        enter(Phase::Idle, m_limits.idleTimeout);
    m_turn.askLater();
}

void HttpGuard::enter(Phase phase, std::chrono::milliseconds limit)
{
    m_phase = phase;
    const bool isEndless = phase == Phase::Idle && limit.count() == 0;
    m_deadline = isEndless ? QDeadlineTimer(QDeadlineTimer::Forever) : QDeadlineTimer(limit);
}

} // namespace semper
