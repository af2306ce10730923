// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/websocketclient.h>

#include <semper/suspension.h>
#include <semper/taskscope.h>

#include "trust.h"
#include "websocketchannel.h"

#include <QJsonDocument>
#include <QScopeGuard>

#include <exception>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Channel = std::shared_ptr<WebSocketChannel>;

QCoro::Task<> awaitConnection(Channel channel)
{
    Suspension opened(channel->scope(), Suspension::OnStop::Throw);
    const auto forget = qScopeGuard([&] { channel->forget(opened); });
    const WebSocketError late
        = channel->error(WebSocketError::Kind::Timeout, u"not connected in time"_s);
    opened.endAfter(channel->settings().timeout, std::make_exception_ptr(late));
    channel->awaitConnection(opened);
    try {
        co_await opened.ended();
    } catch (const WebSocketError &error) {
        if (error.kind() == WebSocketError::Kind::Timeout)
            throw channel->failure().value_or(error); // which tells more
        throw;
    }
}

QCoro::Task<> awaitWritten(Channel channel, QByteArray bytes, bool isText)
{
    const auto timeout = channel->settings().timeout;
    const WebSocketError late = channel->error(WebSocketError::Kind::Timeout,
        u"a message was not taken within %1 ms"_s.arg(timeout.count()));
    Suspension written(channel->scope(), Suspension::OnStop::Throw);
    const auto forget = qScopeGuard([&] { channel->forget(written); });
    written.endAfter(timeout, std::make_exception_ptr(late));
    channel->awaitWritten(written, bytes, isText);
    try {
        co_await written.ended();
    } catch (const WebSocketError &error) {
        if (error.kind() == WebSocketError::Kind::Timeout)
            channel->giveUp(written, error);
        throw;
    }
}

QCoro::Task<WebSocketClient::Message> awaitMessage(Channel channel)
{
    Suspension arrived(channel->scope(), Suspension::OnStop::Throw);
    WebSocketChannel::Receiver receiver{.arrived = arrived};
    const auto forget = qScopeGuard([&] { channel->forget(arrived); });
    channel->awaitMessage(receiver);
    co_await arrived.ended();
    co_return std::move(*receiver.message);
}

QCoro::Task<> awaitClosed(Channel channel, int code, QString reason)
{
    Suspension closed(channel->scope(), Suspension::OnStop::Throw);
    const auto forget = qScopeGuard([&] { channel->forget(closed); });
    channel->awaitClosed(closed, code, reason);
    co_await closed.ended();
}

} // namespace

QJsonObject WebSocketClient::Message::json() const
{
    return QJsonDocument::fromJson(bytes).object();
}

WebSocketClient::WebSocketClient(TaskScope &scope, const QUrl &url)
    : m_channel(std::make_shared<WebSocketChannel>(scope, url))
{ }

WebSocketClient::~WebSocketClient()
{
    m_channel->shutDown();
}

void WebSocketClient::setHeader(const QByteArray &name, const QByteArray &value)
{
    semper::setHeader(m_channel->settings().headers, name, value);
}

void WebSocketClient::setBearerToken(const QByteArray &token)
{
    setHeader("Authorization", "Bearer " + token.trimmed());
}

void WebSocketClient::setSubprotocols(const QStringList &subprotocols)
{
    m_channel->settings().subprotocols = subprotocols;
}

void WebSocketClient::addAuthorities(const QByteArray &pem)
{
    semper::addAuthorities(m_channel->settings().tls, pem);
}

void WebSocketClient::setTimeout(std::chrono::milliseconds timeout)
{
    m_channel->settings().timeout = timeout;
}

void WebSocketClient::setMaximumMessageBytes(qsizetype bytes)
{
    m_channel->settings().maximumMessageBytes = bytes;
}

void WebSocketClient::setMaximumQueue(qsizetype messages, qsizetype bytes)
{
    m_channel->settings().maximumQueuedMessages = messages;
    m_channel->settings().maximumQueuedBytes = bytes;
}

void WebSocketClient::setPingInterval(std::chrono::milliseconds interval)
{
    m_channel->settings().pingInterval = interval;
}

void WebSocketClient::setReconnectDelays(
    std::chrono::milliseconds first, std::chrono::milliseconds greatest)
{
    std::optional<GrowingDelay> &delay = m_channel->settings().delay;
    delay.reset();
    if (first.count() > 0 || greatest.count() > 0)
        delay = GrowingDelay::ofConnection(first, greatest);
}

bool WebSocketClient::isConnected() const
{
    return m_channel->isConnected();
}

QString WebSocketClient::subprotocol() const
{
    return m_channel->subprotocol();
}

QCoro::Task<> WebSocketClient::connected()
{
    return awaitConnection(m_channel);
}

QCoro::Task<> WebSocketClient::send(const QString &text)
{
    return awaitWritten(m_channel, text.toUtf8(), true);
}

QCoro::Task<> WebSocketClient::send(const QByteArray &bytes)
{
    return awaitWritten(m_channel, bytes, false);
}

QCoro::Task<> WebSocketClient::send(const QJsonObject &object)
{
    return awaitWritten(m_channel, QJsonDocument(object).toJson(QJsonDocument::Compact), true);
}

QCoro::Task<WebSocketClient::Message> WebSocketClient::receive()
{
    return awaitMessage(m_channel);
}

QCoro::Task<> WebSocketClient::close(int code, const QString &reason)
{
    return awaitClosed(m_channel, code, reason);
}

} // namespace semper
