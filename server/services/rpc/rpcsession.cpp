// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcsession.h"

#include "net/heldbytes.h"
#include "rpc/rpcexchange.h"
#include "services/rpc/rpccall.h"
#include "services/rpc/rpcmethods.h"
#include "services/rpc/rpcreceived.h"

#include <QList>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 bytesOfCall
    = 1024; ///< besides its arguments: its coroutine, and what waits for it

} // namespace

/// One message that is being answered.
struct RpcSession::Work
{
    RpcReceived received;
    Sender sender;
    Answered answered;
    QList<QByteArray> answers
        = {}; ///< one for each call; empty for notifications and until it ends
    qsizetype open = 0; ///< calls that have not ended, of those that were begun
    qint64 answerBytes = 0;
    qint64 weight = 0; ///< what is counted for it in m_waiting
    QByteArray id = "null"; ///< of its only call
    bool lacksToken = false; ///< a call was refused for it
};

/// A call that was begun.
struct RpcSession::Begun
{
    std::shared_ptr<Work> work;
    qsizetype place = 0; ///< in there
    RpcExchange exchange; ///< the call, its arguments apart
    qint64 bytes = 0; ///< that it was given
};

RpcSession::RpcSession(std::shared_ptr<const RpcMethods> methods, Settings settings)
    : m_methods(std::move(methods))
    , m_settings(std::move(settings))
{ }

RpcSession::~RpcSession()
{
    qsizetype notBegun = 0;
    for (const auto &work : m_toBegin)
        notBegun += work->received.left();
    m_methods->noteAbandoned(m_underWay - notBegun, m_given);
}

void RpcSession::perform(const QByteArray &text, const Sender &sender, const Answered &answered)
{
    const auto work = std::make_shared<Work>(Work{.received
        = RpcReceived(text, sender.dialect, m_settings.limits, HeldBytes::budget().strangers),
        .sender = sender,
        .answered = answered});
    ++m_underWay;
    weigh(*work);
    m_toBegin.push_back(work);
}

bool RpcSession::beginCall()
{
    if (m_toBegin.empty())
        return false;
    const std::shared_ptr<Work> work = m_toBegin.front();
    RpcReceived &received = work->received;
    if (!received.isChecked()) {
        const qsizetype before = received.left();
        received.checkOn();
        m_underWay += received.left() - before;
        weigh(*work);
        return true;
    }
    if (received.left() == 1)
        m_toBegin.pop_front();
    begin(work);
    return true;
}

void RpcSession::begin(const std::shared_ptr<Work> &work)
{
    Begun begun{.work = work,
        .place = work->answers.size(),
        .exchange = RpcExchange(RpcMessage{}),
        .bytes = work->received.nextBytes() + bytesOfCall};
    RpcMessage message = work->received.takeNext();
    ++work->open;
    work->answers.append(QByteArray());
    m_given += begun.bytes;
    weigh(*work);
    auto *request = std::get_if<RpcRequest>(&message.entries.first());
    if (!request) {
        begun.exchange = RpcExchange(std::move(message), work->sender.dialect);
        return answerOne(begun, begun.exchange.answer());
    }
    RpcRequest whole = *request;
    *request = RpcRequest{.id = whole.id};
    if (!work->received.isBatch())
        work->id = whole.id;
    begun.exchange = RpcExchange(std::move(message), work->sender.dialect);
    call(whole, begun);
}

void RpcSession::call(const RpcRequest &request, const Begun &begun)
{
    const Sender &sender = begun.work->sender;
    const QString method = m_methods->find(request.method, sender.dialect);
    if (method.isEmpty()) {
        const bool swoft = sender.dialect == RpcDialect::Swoft; // where a route is part of the form
        return end(begun,
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
        = [self = weak_from_this(), methods = m_methods, begun](const RpcOutcome &outcome) {
              if (const auto session = self.lock())
                  session->end(begun, outcome);
              else
                  methods->noteAbandoned(-1, -begun.bytes);
          };
    m_methods->call(call, done, m_settings.mostAbandoned);
}

void RpcSession::end(const Begun &begun, const RpcOutcome &outcome)
{
    const auto *error = std::get_if<RpcError>(&outcome);
    begun.work->lacksToken = error && error->code() == RpcError::authenticationNeeded;
    RpcExchange exchange = begun.exchange;
    exchange.end(0, outcome);
    answerOne(begun, exchange.answer());
}

void RpcSession::answerOne(const Begun &begun, const QByteArray &text)
{
    Work &work = *begun.work;
    --m_underWay;
    m_given -= begun.bytes;
    --work.open;
    work.answerBytes += text.size();
    if (work.answerBytes <= m_settings.maximumAnswerBytes)
        work.answers[begun.place] = text;
    else
        work.answers.fill({}); // It will be told that all this is too long.
    if (work.open == 0 && work.received.left() == 0)
        answer(work);
    else
        weigh(work);
    if (m_callEnded)
        m_callEnded();
}

void RpcSession::answer(Work &work)
{
    const bool isBatch = work.received.isBatch();
    QByteArray text;
    for (const QByteArray &one : std::as_const(work.answers)) {
        if (!text.isEmpty() && !one.isEmpty())
            text += ',';
        text += one;
    }
    if (isBatch && !text.isEmpty())
        text = '[' + text + ']';
    if (std::max<qint64>(text.size(), work.answerBytes) > m_settings.maximumAnswerBytes)
        text = toJsonText(RpcAnswer{work.id,
                              RpcError(RpcError::internalError, u"Internal error"_s,
                                  u"the answer is too long"_s)},
            work.sender.dialect);
    work.answers.clear();
    weigh(work);
    work.answered({.text = text, .lacksToken = work.lacksToken && !isBatch});
}

/// Counts what \a work holds now.
void RpcSession::weigh(Work &work)
{
    qint64 weight = work.received.heldBytes();
    if (!work.answers.isEmpty())
        weight += std::min(work.answerBytes, m_settings.maximumAnswerBytes);
    m_waiting += weight - std::exchange(work.weight, weight);
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
