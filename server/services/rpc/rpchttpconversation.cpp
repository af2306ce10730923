// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpchttpconversation.h"

#include "http/headwriter.h"
#include "http/knownhost.h"

#include <QUrl>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

RpcHttpConversation::RpcHttpConversation(
    std::shared_ptr<RpcSession> session, ListenAddress listener, qint64 maximumMessageBytes)
    : RpcConversation(std::move(session))
    , m_listener(std::move(listener))
{
    m_limits.maximumBodyBytes = maximumMessageBytes;
}

bool RpcHttpConversation::step()
{
    if (isOver() || m_isAnswering || !takeHead())
        return false;
    if (const auto problem = m_reader.readBody()) {
        refuse(*problem);
        return false;
    }
    if (!m_reader.hasBody())
        return false;
    m_isAnswering = true;
    perform(m_reader.takeBody());
    return true;
}

/// False: no head has come, or none that is heard.
bool RpcHttpConversation::takeHead()
{
    if (m_reader.hasHead())
        return true;
    auto problem = m_reader.readHead();
    if (!problem && m_reader.hasHead())
        problem = faultOf(m_reader.head());
    if (problem)
        refuse(*problem);
    if (problem || !m_reader.hasHead())
        return false;
    if (m_reader.awaitsContinue())
        write(continueAnswer);
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
    return wantsMore() && m_reader.hasBegun();
}

void RpcHttpConversation::giveUp()
{
    refuse({.status = 408, .detail = u"the request took too long"_s});
}

void RpcHttpConversation::perform(const QByteArray &body)
{
    session().perform(body, {.standsForItself = true, .token = bearerTokenOf(m_reader.head())},
        [self = weak_from_this()](const RpcSession::Answer &answer) {
            if (const auto conversation = self.lock())
                conversation->answer(answer);
        });
}

void RpcHttpConversation::answer(const RpcSession::Answer &answer)
{
    const bool hasBody = !answer.text.isEmpty(); // but to notifications
    auto head = HeadWriter::answer(!hasBody ? 204 : answer.lacksToken ? 401 : 200);
    if (hasBody && answer.lacksToken)
        head.add("WWW-Authenticate", "Bearer");
    if (hasBody)
        head.addBody("application/json", answer.text.size() + 1);
    if (m_reader.head().closes) {
        head.add("Connection", "close");
        setOver();
    }
    m_isAnswering = false;
    write(hasBody ? head.take() + answer.text + '\n' : head.take());
}

void RpcHttpConversation::refuse(const Problem &problem)
{
    setOver();
    write(refusalOf(problem, !m_reader.isForHead()));
}

} // namespace semper
