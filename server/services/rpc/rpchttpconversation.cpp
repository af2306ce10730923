// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpchttpconversation.h"

#include "http/knownhost.h"

#include <QUrl>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype roomThatStays = 64 * 1024;

QByteArray statusLine(int status)
{
    return "HTTP/1.1 " + QByteArray::number(status) + ' ' + reasonPhrase(status) + "\r\n";
}

QByteArray bodyHeaders(const QByteArray &type, qsizetype bytes)
{
    return "Content-Type: " + type + "\r\nContent-Length: " + QByteArray::number(bytes)
        + "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";
}

} // namespace

RpcHttpConversation::RpcHttpConversation(
    std::shared_ptr<RpcSession> session, ListenAddress listener, qint64 maximumMessageBytes)
    : RpcConversation(std::move(session))
    , m_listener(std::move(listener))
{
    m_limits.maximumBodyBytes = maximumMessageBytes;
}

bool RpcHttpConversation::step()
{
    if (isOver() || m_isAnswering)
        return false;
    if (!m_head && !takeHead())
        return false;
    const auto body = takeBody();
    if (!body)
        return false;
    m_isAnswering = true;
    perform(*body);
    return true;
}

std::optional<QByteArray> RpcHttpConversation::takeBody()
{
    if (m_chunks) {
        if (const auto problem = m_chunks->take(m_input)) {
            refuse(*problem);
            return {};
        }
        if (!m_chunks->isWhole())
            return {};
        const QByteArray body = m_chunks->bytes();
        m_chunks.reset();
        giveBackRoom();
        return body;
    }
    const auto size = static_cast<qsizetype>(m_head->bodyBytes);
    if (m_input.size() < size)
        return {};
    const QByteArray body = m_input.first(size);
    m_input.remove(0, size);
    giveBackRoom();
    return body;
}

/// What a long body needed, and what is left does not.
void RpcHttpConversation::giveBackRoom()
{
    if (m_input.capacity() > roomThatStays && m_input.size() < m_input.capacity() / 4)
        m_input = QByteArray(m_input.constData(), m_input.size());
}

bool RpcHttpConversation::takeHead()
{
    dropBlankLines(m_input);
    auto parsed = parseRequestHead(m_input, m_limits);
    if (const auto *problem = std::get_if<Problem>(&parsed)) {
        if (!m_input.isEmpty())
            refuse(*problem);
        return false;
    }
    if (std::holds_alternative<IncompleteHead>(parsed))
        return false;
    m_head = std::get<RequestHead>(std::move(parsed));
    m_input.remove(0, m_head->headBytes);
    m_chunks.reset();
    if (m_head->isChunked)
        m_chunks.emplace(m_limits.maximumBodyBytes, m_limits.maximumHeadBytes);
    if (const auto fault = faultOf(*m_head)) {
        refuse(*fault);
        return false;
    }
    if (m_head->awaitsContinue && m_input.isEmpty())
        write("HTTP/1.1 100 Continue\r\n\r\n");
    return true;
}

std::optional<Problem> RpcHttpConversation::faultOf(const RequestHead &head) const
{
    if (head.method != "POST")
        return Problem{.status = 405,
            .detail = u"JSON-RPC is spoken here, with POST"_s,
            .headers = {{"Allow"_ba, "POST"_ba}}};
    // A page of somebody else, in a browser on this machine, must not call what is here; nor one
    // whose own host name was made to resolve to this address.
    const QByteArray host = head.value("host");
    const bool isOwn
        = QUrl(QString::fromLatin1(head.value("origin"))).authority().toLatin1() == host
        && !host.isEmpty() && isKnownHost(host, m_listener);
    if (head.count("origin") > 1 || (head.count("origin") == 1 && !isOwn))
        return Problem{.status = 403, .detail = u"no calls from pages of another origin"_s};
    return std::nullopt;
}

bool RpcHttpConversation::isMidMessage() const
{
    return wantsMore() && (m_head || !m_input.isEmpty());
}

void RpcHttpConversation::giveUp()
{
    refuse({.status = 408, .detail = u"the request took too long"_s});
}

void RpcHttpConversation::perform(const QByteArray &body)
{
    session().perform(body, {.standsForItself = true, .token = bearerTokenOf(*m_head)},
        [self = weak_from_this()](const RpcSession::Answer &answer) {
            if (const auto conversation = self.lock())
                conversation->answer(answer);
        });
}

void RpcHttpConversation::answer(const RpcSession::Answer &answer)
{
    QByteArray bytes = "HTTP/1.1 204 No Content\r\n"; // to notifications
    if (!answer.text.isEmpty()) {
        bytes = answer.lacksToken ? statusLine(401) + "WWW-Authenticate: Bearer\r\n"
                                  : "HTTP/1.1 200 OK\r\n"_ba;
        bytes += bodyHeaders("application/json", answer.text.size() + 1);
    }
    if (m_head->closes) {
        bytes += "Connection: close\r\n";
        setOver();
    }
    bytes += "\r\n";
    if (!answer.text.isEmpty())
        bytes += answer.text + '\n';
    m_head.reset();
    m_isAnswering = false;
    write(bytes);
}

void RpcHttpConversation::refuse(const Problem &problem)
{
    const QByteArray body = problem.toJson();
    QByteArray bytes = statusLine(problem.status) + bodyHeaders(problemMimeType, body.size());
    for (const auto &[name, value] : problem.headers)
        bytes += name + ": " + value + "\r\n";
    bytes += "Connection: close\r\n\r\n";
    const bool isHead = m_head ? m_head->method == "HEAD" : m_input.startsWith("HEAD ");
    setOver();
    write(isHead ? bytes : bytes + body);
}

} // namespace semper
