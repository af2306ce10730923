// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/redisconnection.h"

#include "redis/redisgreeting.h"
#include "redis/redisreader.h"
#include "redis/redissocket.h"
#include <semper/rediserror.h>
#include <semper/taskscope.h>

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRedis, "semper.redis", QtInfoMsg)

/// A connection that holds for less does not make the next delay the first one again.
constexpr auto steady = 1s;

} // namespace

RedisConnection::RedisConnection(TaskScope &scope, RedisAddress address,
    const RedisOptions &options, Purpose purpose, QObject *parent)
    : QObject(parent)
    , m_scope(scope)
    , m_address(std::move(address))
    , m_options(options)
    , m_purpose(purpose)
    , m_patience(scope.clock().timer([this] {
        closeAndRetry(u"no connection within %1 ms"_s.arg(m_options.connectTimeout.count()));
    }))
    , m_retry(scope.clock().timer([this] { open(); }))
    , m_delay(GrowingDelay::ofConnection(options.reconnectDelay, options.maximumReconnectDelay))
    , m_problem(u"not connected yet"_s)
{
    m_retry->start(0ms);
}

RedisConnection::~RedisConnection()
{
    close();
    const QString text = m_address.toDisplay() + u": closed by its user"_s;
    for (const RedisExpectation &expected : std::exchange(m_expected, {})) {
        if (expected.call)
            expected.call->fail(RedisConnectionLost(text));
    }
    for (RedisCall *call : std::exchange(m_waiting, {}))
        call->fail(RedisUnreachable(text));
}

void RedisConnection::submit(RedisCall &call)
{
    if (m_scope.stopRequested())
        return; // the call throws Stopped
    if (isOverloadedBy(call)) {
        call.fail(RedisOverload(m_address.toDisplay() + u": too much waits for it already"_s));
        return;
    }
    call.m_connection = this;
    call.m_timer->start(call.m_request.timeout);
    if (m_state == State::Open) {
        send(call);
    } else {
        call.m_waitingPlace = m_waiting.insert(m_waiting.end(), &call);
        m_waitingBytes += call.m_request.bytes.size();
    }
}

bool RedisConnection::isOverloadedBy(const RedisCall &call) const
{
    const qint64 bytes = m_waitingBytes + (m_socket && isOpen() ? m_socket->bytesToWrite() : 0);
    return (!isOpen() && qsizetype(m_waiting.size()) >= m_options.maximumWaiting)
        || bytes + call.m_request.bytes.size() > m_options.maximumWaitingBytes;
}

void RedisConnection::send(RedisCall &call)
{
    m_socket->write(call.m_request.bytes);
    call.m_request.bytes.clear();
    call.m_isSent = true;
    call.m_sentAt = m_scope.clock().now();
    call.m_sentPlace = m_expected.insert(m_expected.end(), {&call, call.m_request.replies});
    if (call.m_request.answerTimeout)
        call.m_timer->start(*call.m_request.answerTimeout);
}

void RedisConnection::forget(RedisCall &call)
{
    call.m_connection = nullptr;
    if (!call.m_isSent) {
        m_waitingBytes -= call.m_request.bytes.size();
        m_waiting.erase(call.m_waitingPlace);
        return;
    }
    call.m_sentPlace->call = nullptr;
    // The server must not go on waiting, and then hand what comes to nobody.
    if (m_purpose == Purpose::Blocking)
        drop(u"a call was given up"_s);
}

void RedisConnection::timeOut(RedisCall &call)
{
    const std::chrono::milliseconds sentAt = call.m_sentAt;
    const bool wasSent = call.m_isSent;
    const auto limit = wasSent ? call.m_request.answerTimeout.value_or(call.m_request.timeout)
                               : call.m_request.timeout;
    forget(call);
    if (!wasSent) {
        call.fail(RedisUnreachable(u"%1: not sent within %2 ms: %3"_s.arg(
            m_address.toDisplay(), QString::number(limit.count()), m_problem)));
        return;
    }
    const QString text = u"no answer within %1 ms"_s.arg(limit.count());
    call.fail(RedisTimeout(m_address.toDisplay() + u": "_s + text));
    // Whoever answers others is only slow; whoever answers nobody may be gone for good.
    if (m_lastHeard < sentAt && isOpen())
        drop(text);
}

void RedisConnection::write(const QByteArray &bytes)
{
    m_socket->write(bytes);
}

void RedisConnection::open()
{
    m_state = State::Connecting;
    m_reader = std::make_unique<RedisReader>(m_options.maximumReplyBytes);
    m_socket = new RedisSocket(this);
    connect(m_socket, &RedisSocket::opened, this, &RedisConnection::greet);
    connect(m_socket, &RedisSocket::readable, this, &RedisConnection::read);
    connect(m_socket, &RedisSocket::failed, this,
        [this](const QString &problem) { closeAndRetry(problem); });
    m_patience->start(m_options.connectTimeout);
    m_socket->open(m_address);
}

void RedisConnection::greet()
{
    m_state = State::Greeting;
    const QString name = u"semper:"_s + m_scope.objectName();
    try {
        m_greeting = std::make_unique<RedisGreeting>(m_address, name.toUtf8());
    } catch (const RedisUnreachable &error) {
        closeAndRetry(QString::fromUtf8(error.what()));
        return;
    }
    m_socket->write(m_greeting->bytes());
}

void RedisConnection::read()
{
    m_lastHeard = m_scope.clock().now();
    m_reader->feed(m_socket->read());
    // An answer may end the connection, and the reader with it.
    while (m_reader) {
        std::optional<RedisReply> reply = m_reader->next();
        if (!reply)
            break;
        take(*reply);
    }
    if (!m_reader || m_reader->problem() == RedisReader::Problem::None)
        return;
    const QString problem = m_reader->problemText();
    const QString text = m_address.toDisplay() + u": "_s + problem;
    closeAndRetry(problem,
        m_reader->problem() == RedisReader::Problem::TooLarge
            ? std::make_exception_ptr(RedisReplyTooLarge(text))
            : nullptr);
}

void RedisConnection::take(RedisReply &reply)
{
    if (m_state == State::Greeting)
        takeGreeting(reply);
    else if (m_purpose == Purpose::Subscription)
        Q_EMIT pushed(reply);
    else
        takeAnswer(reply);
}

void RedisConnection::takeGreeting(const RedisReply &reply)
{
    const RedisGreeting::Verdict verdict = m_greeting->take(reply);
    if (verdict == RedisGreeting::Verdict::GoOn)
        return;
    if (verdict == RedisGreeting::Verdict::Welcome) {
        becomeOpen();
        return;
    }
    const RedisError error(m_greeting->refusal());
    closeAndRetry(QString::fromUtf8(error.what()));
    if (verdict == RedisGreeting::Verdict::Later)
        return;
    // Waiting for the next try would only hide why.
    m_waitingBytes = 0;
    for (RedisCall *call : std::exchange(m_waiting, {}))
        call->fail(error);
    Q_EMIT refused(std::make_exception_ptr(error));
}

void RedisConnection::takeAnswer(RedisReply &reply)
{
    if (m_expected.empty()) {
        closeAndRetry(u"an answer to no question"_s);
        return;
    }
    RedisExpectation &expected = m_expected.front();
    if (expected.call)
        expected.call->m_replies.append(std::move(reply));
    if (--expected.missing > 0)
        return;
    if (RedisCall *call = expected.call) {
        call->end();
        call->m_suspension.resume();
    }
    m_expected.pop_front();
}

void RedisConnection::becomeOpen()
{
    m_patience->stop();
    m_state = State::Open;
    m_openedAt = m_scope.clock().now();
    m_problem.clear();
    if (m_purpose != Purpose::Subscription)
        tellRecovery();
    m_waitingBytes = 0;
    for (RedisCall *call : std::exchange(m_waiting, {}))
        send(*call);
    Q_EMIT opened();
}

void RedisConnection::tellRecovery()
{
    if (std::exchange(m_problemIsTold, false))
        qCInfo(logRedis, "%ls: connected again", qUtf16Printable(m_address.toDisplay()));
}

void RedisConnection::close()
{
    m_state = State::Closed;
    m_patience->stop();
    m_retry->stop();
    m_greeting.reset();
    m_reader.reset();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket->deleteLater(); // one of its signals may be the cause
    m_socket = nullptr;
}

void RedisConnection::drop(const QString &problem)
{
    if (m_socket)
        closeAndRetry(problem);
}

void RedisConnection::closeAndRetry(const QString &problem, std::exception_ptr forNext)
{
    const bool wasOpen = isOpen();
    if (wasOpen && m_scope.clock().now() - m_openedAt >= steady)
        m_delay.reset();
    close();
    m_problem = problem;
    const QString text = m_address.toDisplay() + u": "_s + problem;
    if (m_purpose != Purpose::Blocking && !std::exchange(m_problemIsTold, true))
        qCWarning(logRedis, "%ls; trying again", qUtf16Printable(text));
    for (const RedisExpectation &expected : std::exchange(m_expected, {})) {
        const std::exception_ptr error = std::exchange(forNext, nullptr);
        if (!expected.call)
            continue;
        expected.call->end();
        expected.call->m_suspension.fail(
            error ? error : std::make_exception_ptr(RedisConnectionLost(text)));
    }
    m_retry->start(m_delay.next());
    if (wasOpen)
        Q_EMIT lost();
}

} // namespace semper
