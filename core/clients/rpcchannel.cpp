// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpcchannel.h"

#include "rpc/rpcanswer.h"

#include <semper/suspension.h>
#include <semper/taskscope.h>

#include <QLoggingCategory>
#include <QScopeGuard>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRpcChannel, "semper.clients.rpc")

constexpr qsizetype maximumCalls = 1024;
constexpr qint64 maximumUnsentBytes = 1024 * 1024;
constexpr qint64 greetingId = 0; ///< those of calls begin at 1

using Kind = RpcTransportError::Kind;

} // namespace

RpcChannel::RpcChannel(TaskScope &scope, const QUrl &address, RpcClientOptions options)
    : m_scope(scope)
    , m_options(std::move(options))
    , m_socket(address, m_options.authorities)
    , m_retry(scope.clock().timer([this] { openWhenDue(); }))
    , m_patience(scope.clock().timer([this] {
        m_socket.abort(u"no connection within %1 ms"_s.arg(m_options.connectTimeout.count()));
    }))
{
    if (isSwoft() && !m_options.token.isEmpty())
        m_options.ext.insert(u"token"_s, QString::fromUtf8(m_options.token));
    connect(&m_socket, &RpcSocket::opened, this, &RpcChannel::greet);
    connect(&m_socket, &RpcSocket::received, this, &RpcChannel::receive);
    connect(&m_socket, &RpcSocket::drained, this, &RpcChannel::sendWaiting);
    connect(&m_socket, &RpcSocket::closed, this, &RpcChannel::connectionClosed);
}

RpcChannel::~RpcChannel()
{
    m_socket.disconnect(this);
}

QCoro::Task<QJsonValue> RpcChannel::perform(
    std::shared_ptr<RpcChannel> channel, RpcRequest request, bool isNotification)
{
    const qint64 id = ++channel->m_lastId;
    const std::chrono::milliseconds timeout = channel->m_options.timeout;
    const bool isAnswered = channel->isSwoft() || !isNotification;
    QJsonValue result = QJsonValue::Null;
    Suspension over(channel->m_scope, Suspension::OnStop::Throw);
    const auto forget = qScopeGuard([&channel, id] { channel->forget(id); });

    if (isAnswered)
        request.id = QByteArray::number(id);
    request.ext = channel->m_options.ext;
    if (!channel->m_scope.stopRequested()) {
        const RpcFraming framing = channel->m_options.framing;
        const QByteArray bytes = framed(framing, toJsonText(request, dialectOf(framing)));
        channel->begin(id, {bytes, &over, &result, isAnswered});
        over.endAfter(timeout,
            failure(Kind::Timeout,
                u"%1: no answer from %2 within %3 ms"_s
                    .arg(request.method, channel->m_socket.name())
                    .arg(timeout.count())));
    }
    try {
        co_await over.ended();
    } catch (const RpcTransportError &error) {
        if (error.kind() == Kind::Timeout)
            channel->suspectAfter(id);
        if (!channel->m_waiting.contains(id) || channel->m_socket.isOpen())
            throw;
        throw RpcTransportError(Kind::Unreachable,
            u"%1: no connection to %2 within %3 ms: %4"_s
                .arg(request.method, channel->m_socket.name())
                .arg(timeout.count())
                .arg(channel->m_problem));
    }
    co_return result;
}

void RpcChannel::begin(qint64 id, const Call &call)
{
    if (m_waiting.size() + m_sent.size() >= maximumCalls) {
        call.over->fail(failure(Kind::TooMany,
            u"%1 calls wait for %2 already"_s.arg(maximumCalls).arg(m_socket.name())));
        return;
    }
    m_waiting.insert(id, call);
    if (m_socket.isOpen())
        sendWaiting();
    else
        openWhenDue();
}

void RpcChannel::openWhenDue()
{
    if (m_waiting.isEmpty() || m_retry->isActive() || m_patience->isActive())
        return;
    if (const auto wait = m_notBefore - m_scope.clock().now(); wait > 0ms) {
        m_retry->start(wait);
        return;
    }
    m_patience->start(m_options.connectTimeout);
    m_socket.open();
}

void RpcChannel::suspectAfter(qint64 id)
{
    // Whoever answers others is only slow; whoever answers nobody may be gone for good.
    const auto call = m_sent.constFind(id);
    if (call != m_sent.constEnd() && m_lastHeard < call->sentAt)
        m_socket.abort(u"no answer within %1 ms"_s.arg(m_options.timeout.count()));
}

void RpcChannel::forget(qint64 id)
{
    m_waiting.remove(id);
    if (m_sent.remove(id) > 0 && isSwoft())
        m_socket.abort(u"a call was given up, and its answer could be taken for another's"_s);
}

void RpcChannel::greet()
{
    m_patience->stop();
    m_reader.emplace(m_options.framing, m_options.maximumAnswerBytes);
    if (!m_options.token.isEmpty() && !isSwoft()) {
        const RpcRequest request{.id = QByteArray::number(greetingId),
            .method = u"session.authenticate"_s,
            .params = QJsonObject{{u"token"_s, QString::fromUtf8(m_options.token)}}};
        m_socket.write(framed(m_options.framing, toJsonText(request)));
    }
    sendWaiting();
}

void RpcChannel::sendWaiting()
{
    while (!m_waiting.isEmpty() && m_socket.isOpen() && m_socket.unsent() < maximumUnsentBytes
        && (!isSwoft() || m_sent.isEmpty())) {
        const qint64 id = m_waiting.firstKey();
        Call call = m_waiting.take(id);
        m_socket.write(std::exchange(call.bytes, {}));
        call.sentAt = m_scope.clock().now();
        if (call.isAnswered)
            m_sent.insert(id, call);
        else
            call.over->resume();
    }
}

void RpcChannel::receive(const QByteArray &bytes)
{
    m_lastHeard = m_scope.clock().now();
    m_reader->append(bytes);
    // Each turn may end the connection.
    while (m_socket.isOpen()) {
        const auto next = m_reader->next();
        if (!next)
            return;
        if (const auto *message = std::get_if<QByteArray>(&*next))
            take(*message);
        else
            m_socket.abort(std::get<RpcError>(*next).data().toString());
    }
}

void RpcChannel::take(const QByteArray &message)
{
    const QList<RpcAnswer> answers = readRpcAnswers(message, dialectOf(m_options.framing));
    if (answers.isEmpty()) {
        const RpcMessage other = readRpcMessage(message);
        if (std::holds_alternative<RpcRequest>(other.entries.constFirst()))
            return; // The peer may call too; there is nothing here to be called.
        const QString why = u"what %1 sent is no answer"_s.arg(m_socket.name());
        for (const Call &call : std::as_const(m_sent))
            call.over->fail(failure(Kind::BadAnswer, why));
        m_sent.clear();
        m_socket.abort(why);
        return;
    }
    m_delay.reset();
    for (const RpcAnswer &answer : answers) {
        if (!m_sent.isEmpty() && (isSwoft() || (answer.id == "null" && m_sent.size() == 1)))
            end(m_sent.firstKey(), answer);
        else
            end(answer.id.toLongLong(), answer);
    }
    sendWaiting();
}

void RpcChannel::end(qint64 id, const RpcAnswer &answer)
{
    const auto *error = std::get_if<RpcError>(&answer.outcome);
    if (id == greetingId && error)
        qCWarning(logRpcChannel, "%ls: %s", qUtf16Printable(m_socket.name()), error->what());
    const auto call = m_sent.constFind(id);
    if (call == m_sent.constEnd())
        return; // It was given up.
    if (error) {
        call->over->fail(std::make_exception_ptr(*error));
    } else {
        *call->result = std::get<QJsonValue>(answer.outcome);
        call->over->resume();
    }
    m_sent.erase(call);
}

void RpcChannel::connectionClosed(const QString &why)
{
    m_patience->stop();
    m_problem = why;
    m_reader.reset();
    // Also where nobody waits: who calls a peer that hangs up at once, again and again, is slowed.
    m_notBefore = m_scope.clock().now() + m_delay.next();
    const QMap<qint64, Call> lost = std::exchange(m_sent, {});
    for (const Call &call : lost)
        call.over->fail(failure(Kind::ConnectionLost,
            u"the connection to %1 ended before the answer: %2"_s.arg(m_socket.name(), why)));
    if (!m_scope.stopRequested())
        openWhenDue();
}

std::exception_ptr RpcChannel::failure(Kind kind, const QString &text)
{
    return std::make_exception_ptr(RpcTransportError(kind, text));
}

} // namespace semper
