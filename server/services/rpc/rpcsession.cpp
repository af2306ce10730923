// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcsession.h"

#include "rpc/rpcexchange.h"
#include "services/rpc/rpccall.h"
#include "services/rpc/rpcmethods.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

/// One message that is being answered.
struct RpcSession::Work
{
    RpcExchange exchange;
    Sender sender;
    Answered answered;
    bool lacksToken = false; ///< a call was refused for it
};

RpcSession::RpcSession(std::shared_ptr<const RpcMethods> methods, Settings settings)
    : m_methods(std::move(methods))
    , m_settings(std::move(settings))
{ }

RpcSession::~RpcSession()
{
    m_methods->noteAbandoned(m_underWay - qsizetype(m_toBegin.size()));
}

void RpcSession::perform(const QByteArray &text, const Sender &sender, const Answered &answered)
{
    auto work = std::make_shared<Work>(
        Work{RpcExchange(readRpcMessage(text, sender.dialect, m_settings.limits), sender.dialect),
            sender, answered});
    const qsizetype calls = work->exchange.open();
    if (calls == 0)
        return answer(*work);
    m_underWay += calls;
    const qsizetype entries = work->exchange.message().entries.size();
    for (qsizetype place = 0; place < entries; ++place)
        if (std::holds_alternative<RpcRequest>(work->exchange.message().entries.at(place)))
            m_toBegin.emplace_back(work, place);
}

bool RpcSession::beginCall()
{
    if (m_toBegin.empty())
        return false;
    const auto [work, place] = std::move(m_toBegin.front());
    m_toBegin.pop_front();
    begin(work, place);
    return true;
}

void RpcSession::begin(const std::shared_ptr<Work> &work, qsizetype place)
{
    const RpcRequest &request = std::get<RpcRequest>(work->exchange.message().entries.at(place));
    const Sender &sender = work->sender;
    const QString method = m_methods->find(request.method, sender.dialect);
    if (method.isEmpty()) {
        const bool swoft = sender.dialect == RpcDialect::Swoft; // where a route is part of the form
        return end(work, place,
            swoft ? RpcError(RpcError::invalidRequest, u"Invalid Request"_s, u"no such route"_s)
                  : RpcError(RpcError::methodNotFound, u"Method not found"_s));
    }
    const QByteArray token = sender.dialect == RpcDialect::Swoft
        ? request.ext.value("token"_L1).toString().toUtf8()
        : sender.token;
    const bool shown = !token.isEmpty() && isRight(token);
    RpcCall call({.method = method,
                     .params = request.params,
                     .ext = request.ext,
                     .connection = m_settings.connection,
                     .peer = m_settings.peer,
                     .authenticated = shown || (m_authenticated && !sender.standsForItself),
                     .showedWrongToken = !token.isEmpty() && !shown},
        sender.standsForItself ? std::weak_ptr<RpcSession>() : weak_from_this());
    const auto done
        = [self = weak_from_this(), methods = m_methods, work, place](const RpcOutcome &outcome) {
              if (const auto session = self.lock())
                  session->end(work, place, outcome);
              else
                  methods->noteAbandoned(-1);
          };
    m_methods->call(call, done, m_settings.mostAbandoned);
}

void RpcSession::end(const std::shared_ptr<Work> &work, qsizetype place, const RpcOutcome &outcome)
{
    --m_underWay;
    const auto *error = std::get_if<RpcError>(&outcome);
    work->lacksToken = error && error->code() == RpcError::authenticationNeeded;
    work->exchange.end(place, outcome);
    if (work->exchange.open() == 0)
        answer(*work);
    if (m_callEnded)
        m_callEnded();
}

void RpcSession::answer(const Work &work) const
{
    QByteArray text = work.exchange.answer();
    if (text.size() > m_settings.maximumAnswerBytes) {
        const auto &first = work.exchange.message().entries.constFirst();
        const auto *request = std::get_if<RpcRequest>(&first);
        const bool one = request && !work.exchange.message().isBatch;
        text = toJsonText(RpcAnswer{one ? request->id : "null"_ba,
                              RpcError(RpcError::internalError, u"Internal error"_s,
                                  u"the answer is too long"_s)},
            work.sender.dialect);
    }
    work.answered(
        {.text = text, .lacksToken = work.lacksToken && !work.exchange.message().isBatch});
}

bool RpcSession::authenticate(const QByteArray &token)
{
    const bool shown = isRight(token);
    m_authenticated = m_authenticated || shown;
    return shown;
}

bool RpcSession::isRight(const QByteArray &token) const
{
    const bool right = m_settings.isToken && m_settings.isToken(token);
    if (right && m_tokenShown)
        m_tokenShown();
    return right;
}

} // namespace semper
