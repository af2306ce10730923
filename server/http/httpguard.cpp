// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpguard.h"

#include "http/qthttpcompat.h"
#include "net/guardedsocket.h"

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

QByteArray refusalBytes(const Problem &problem, bool withBody)
{
    const QByteArray body = problem.toJson();
    QByteArray bytes = "HTTP/1.1 " + QByteArray::number(problem.status) + ' '
        + reasonPhrase(problem.status) + "\r\nContent-Type: " + problemMimeType
        + "\r\nContent-Length: " + QByteArray::number(body.size())
        + "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";
    for (const auto &[name, value] : problem.headers)
        bytes += name + ": " + value + "\r\n";
    bytes += "Connection: close\r\n\r\n";
    return withBody ? bytes + body : bytes;
}

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
    , m_turn(std::move(line), [this] { return serve(); })
{
    m_socket->setReadBufferSize(readBufferBytes);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(m_socket, &QIODevice::readyRead, this, [this] { m_turn.ask(); });
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
        m_input.clear();
        m_chunks.reset();
    }
    QMetaObject::invokeMethod(this, &HttpGuard::abort, Qt::QueuedConnection);
}

qint64 HttpGuard::heldBytes() const
{
    if (m_upgraded)
        return m_upgraded->heldBytes();
    const qint64 withHandler = m_phase == Phase::Answering ? m_head.bodyBytes : 0;
    const qint64 inChunks = m_chunks ? m_chunks->bytes().size() : 0;
    return m_input.size() + inChunks + withHandler + m_guarded.unsentBytes();
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
        return m_handingOn ? void() : leave(GuardedSocket::Client::HasSent);
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

std::optional<LiveConnection::Quiet> HttpGuard::quiet() const
{
    if (m_upgraded)
        return m_upgraded->quiet();
    if (m_turn.waits() || m_handingOn || m_guarded.unsentBytes() > 0)
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
    refuse({.status = 503,
        .detail = u"too many connections"_s,
        .headers = {{"Retry-After"_ba, "1"_ba}}});
    m_socket->flush();
    m_socket->disconnectFromHost();
}

void HttpGuard::enforceDeadlines()
{
    if (m_upgraded)
        return m_upgraded->enforceDeadlines();
    const bool unread = m_guarded.unsentBytes() > 0;
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
        qCWarning(logHttpGuard) << "no answer in time to" << m_head.method << m_head.path;
        return refuse({.status = 503, .detail = u"the handler took too long"_s});
    case Phase::Leaving:
        if (!unread)
            m_socket->abort();
        return;
    case Phase::Upgraded:
        return;
    }
}

/// Takes and answers one request, if a whole one has come. True: there may be another.
bool HttpGuard::serve()
{
    if (m_phase == Phase::Leaving)
        m_record.received(m_socket->skip(m_socket->bytesAvailable()));
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
        && m_guarded.unsentBytes() == 0;
}

bool HttpGuard::readMore()
{
    const QByteArray fresh = m_socket->read(readBufferBytes);
    m_record.received(fresh.size());
    m_input += fresh;
    return !fresh.isEmpty();
}

/// True when a whole request is here: its head is m_head, its body m_chunks, or what m_input starts
/// with.
bool HttpGuard::takeRequest()
{
    return (m_phase == Phase::Body || takeHead()) && takeBody();
}

bool HttpGuard::takeBody()
{
    if (!m_chunks)
        return m_input.size() >= m_head.bodyBytes;
    if (const auto problem = m_chunks->take(m_input)) {
        refuse(*problem);
        return false;
    }
    m_head.bodyBytes = m_chunks->bytes().size();
    return m_chunks->isWhole();
}

bool HttpGuard::takeHead()
{
    if (m_phase == Phase::Idle)
        dropBlankLines(m_input);
    if (m_input.size() == m_lookedAt || m_input == "\r")
        return false;
    if (m_phase == Phase::Idle) {
        m_head = {};
        enter(Phase::Head, m_limits.headTimeout);
    }
    auto parsed = parseRequestHead(m_input, m_limits);
    if (const auto *problem = std::get_if<Problem>(&parsed)) {
        refuse(*problem);
        return false;
    }
    m_lookedAt = std::holds_alternative<IncompleteHead>(parsed) ? m_input.size() : 0;
    if (m_lookedAt > 0)
        return false;
    m_head = std::get<RequestHead>(std::move(parsed));
    m_input.remove(0, m_head.headBytes);
    m_chunks.reset();
    if (m_head.isChunked)
        m_chunks.emplace(m_limits.maximumBodyBytes, m_limits.maximumHeadBytes);
    if (const auto problem = m_admission ? m_admission(m_head) : std::nullopt) {
        refuse(*problem);
        return false;
    }
    if (upgrade())
        return false;
    if (m_head.awaitsContinue && m_input.isEmpty()) {
        m_guarded.beginAnswer(GuardedSocket::Answer::Whole);
        m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
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
    const auto decided = m_upgrading(m_head, m_guarded, m_record, m_common);
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
    m_upgraded->begin(std::exchange(m_input, {}), m_turn.line());
    return true;
}

void HttpGuard::answerRequest()
{
    const bool isTls = qobject_cast<QSslSocket *>(m_socket) != nullptr;
    const auto bodyBytes = static_cast<qsizetype>(m_head.bodyBytes);
    const QByteArray request = m_head.canonical(isTls ? "https" : "http")
        + (m_chunks ? m_chunks->bytes() : m_input.first(bodyBytes));
    if (!m_chunks)
        m_input.remove(0, bodyBytes);
    m_chunks.reset();
    m_guarded.beginAnswer(
        m_head.method == "HEAD" ? GuardedSocket::Answer::HeadOnly : GuardedSocket::Answer::Whole);
    m_lastWrite.restart();
    enter(Phase::Idle, m_limits.idleTimeout);

    if (m_head.target == "*")
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
        qCWarning(logHttpGuard) << "no answer to" << m_head.method << m_head.path;
        return refuse({.status = 500, .detail = u"no answer was made"_s});
    }
    endRequest();
}

/// The question of what the server can do at all, whatever the path.
void HttpGuard::answerAlone()
{
    m_socket->write("HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
                    "\r\n\r\n");
    endRequest();
}

void HttpGuard::endRequest()
{
    if (m_head.closes || !m_closeBy.isForever())
        leave(m_input.isEmpty() && m_socket->bytesAvailable() == 0
                ? GuardedSocket::Client::HasSent
                : GuardedSocket::Client::MaySend);
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
    m_socket->write(refusalBytes(problem, m_head.method != "HEAD"));
    const bool isWhole = m_head.headBytes > 0
        && m_input.size() == m_head.headBytes + m_head.bodyBytes && m_socket->bytesAvailable() == 0;
    leave(isWhole ? GuardedSocket::Client::HasSent : GuardedSocket::Client::MaySend);
}

/// Lets the client read the last answer: closing at once, with its bytes unread, would reset the
/// connection and could take the answer away again.
void HttpGuard::leave(GuardedSocket::Client client)
{
    enter(Phase::Leaving, m_limits.lingerTimeout);
    m_client = client;
    m_responder.reset();
    m_input.clear();
    m_record.received(m_socket->skip(m_socket->bytesAvailable()));
    if (m_guarded.unsentBytes() == 0)
        m_guarded.closeWriting(m_client);
}

void HttpGuard::progressWriting()
{
    m_lastWrite.restart();
    if (m_guarded.unsentBytes() > 0)
        return;
    if (m_phase == Phase::Leaving) {
        enter(Phase::Leaving, m_limits.lingerTimeout);
        m_guarded.closeWriting(m_client);
        return;
    }
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
