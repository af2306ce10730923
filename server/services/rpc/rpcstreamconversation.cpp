// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcstreamconversation.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumUnderWay = 64; ///< calls; more wait in the client

} // namespace

RpcStreamConversation::RpcStreamConversation(
    std::shared_ptr<RpcSession> session, RpcFraming framing, qsizetype maximumMessageBytes)
    : RpcConversation(std::move(session))
    , m_reader(framing, maximumMessageBytes)
{ }

bool RpcStreamConversation::isFull() const
{
    const bool oneByOne = m_reader.framing() == RpcFraming::Swoft;
    return session().underWay() >= (oneByOne ? 1 : maximumUnderWay);
}

bool RpcStreamConversation::step()
{
    if (isOver() || isFull())
        return false;
    const auto next = m_reader.next();
    if (!next)
        return false;
    if (const auto *error = std::get_if<RpcError>(&*next))
        refuse(*error);
    else if (isForeign(std::get<QByteArray>(*next)))
        refuse(RpcError(RpcError::parseError, u"Parse error"_s, u"no HTTP is spoken here"_s));
    else
        perform(std::get<QByteArray>(*next));
    return true;
}

/// An HTTP request, behind which a page of somebody else could send messages as its body.
bool RpcStreamConversation::isForeign(const QByteArray &text)
{
    if (!std::exchange(m_isFirst, false))
        return false;
    const QByteArray line = text.first(text.contains('\n') ? text.indexOf('\n') : text.size());
    return !line.startsWith('{') && !line.startsWith('[') && line.contains(" HTTP/");
}

void RpcStreamConversation::finish()
{
    if (isOver())
        return;
    if (const auto text = m_reader.rest())
        perform(*text);
}

bool RpcStreamConversation::isMidMessage() const
{
    return wantsMore() && m_reader.isMidMessage();
}

void RpcStreamConversation::giveUp()
{
    refuse(RpcError(RpcError::parseError, u"Parse error"_s, u"no whole message came"_s));
}

void RpcStreamConversation::perform(const QByteArray &text)
{
    const RpcFraming framing = m_reader.framing();
    session().perform(text, {.dialect = dialectOf(framing)},
        [self = weak_from_this(), framing](const RpcSession::Answer &answer) {
            const auto conversation = self.lock();
            if (conversation && !answer.text.isEmpty())
                conversation->write(framed(framing, answer.text));
        });
}

void RpcStreamConversation::refuse(const RpcError &error)
{
    const RpcFraming framing = m_reader.framing();
    setOver();
    write(framed(framing, toJsonText(RpcAnswer{"null"_ba, error}, dialectOf(framing))));
}

} // namespace semper
