// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/servicequestions.h"

#include "hub/connectionfeed.h"
#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"
#include "protocol/messagekeys.h"

#include <QPointer>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int mostUnderWay = 64; ///< of one instance, of all its launches together

QJsonObject refusal(const QString &code, const QString &detail)
{
    return {{keys::error, QJsonObject{{keys::code, code}, {keys::detail, detail}}}};
}

void respond(ProcessSession &session, const QJsonValue &id, QJsonObject answer)
{
    answer.insert(keys::id, id);
    session.connection()->send(makeFrame(frames::response, answer));
}

void respond(ProcessSession &session, const QJsonValue &id, const ServiceSide::Items &items)
{
    if (const auto *error = std::get_if<CommandError>(&items))
        return respond(session, id, refusal(error->code, error->detail));
    const QJsonObject frame = makeFrame(frames::response, {{keys::id, id}});
    for (const QJsonObject &part : splitFrame(frame, keys::result, std::get<QJsonArray>(items)))
        session.connection()->send(part);
}

} // namespace

void ServiceQuestions::take(
    ProcessSession &session, const QJsonValue &id, const QString &method, const QJsonObject &params)
{
    const SupervisedProcess &process = *session.process();
    if (method == methods::subscribeConnections) {
        ConnectionFeed::begin(session, m_services);
        return respond(session, id, QJsonArray());
    }
    if (method != methods::askService && method != methods::connections
        && method != methods::closeConnection)
        return respond(
            session, id, refusal(u"unknown_method"_s, u"no method \"%1\""_s.arg(method.left(64))));
    std::shared_ptr<int> &underWay = m_underWay[{process.name(), process.instance()}];
    if (!underWay)
        underWay = std::make_shared<int>(0);
    if (*underWay >= mostUnderWay)
        return respond(
            session, id, refusal(codes::tooMany, u"%1 requests are under way"_s.arg(mostUnderWay)));
    if (method == methods::askService)
        return ask(session, id, params, underWay);
    ++*underWay;
    m_services.askForConnections(process.service(), method, params,
        [session = QPointer(&session), id, underWay](const ServiceSide::Items &items) {
            --*underWay;
            if (session)
                respond(*session, id, items);
        });
}

void ServiceQuestions::ask(ProcessSession &session, const QJsonValue &id, const QJsonObject &params,
    const std::shared_ptr<int> &underWay)
{
    const SupervisedProcess &process = *session.process();
    const QJsonValue payload = params.value(keys::payload);
    if (!payload.isObject())
        return respond(
            session, id, refusal(codes::badParameter, u"\"payload\" must be an object"_s));
    ++*underWay;
    m_services.ask(
        {.service = process.service(), .process = process.name(), .instance = process.instance()},
        payload.toObject(),
        [session = QPointer(&session), id, underWay](const QJsonObject &answer) {
            --*underWay;
            if (!session)
                return;
            const qsizetype size = encodeFrame(makeFrame(frames::response, {{keys::id, id}})).size()
                + encodeFrame(answer).size();
            if (size > maximumFrameBytes)
                return respond(
                    *session, id, refusal(codes::tooLarge, u"the answer has %1 bytes"_s.arg(size)));
            respond(*session, id, answer);
        });
}

} // namespace semper
