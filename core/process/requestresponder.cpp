// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/requestresponder.h"

#include <semper/processlink.h>
#include <semper/requesterror.h>
#include <semper/stopped.h>

#include "process/currentexception.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/messagekeys.h"

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRequestResponder, "semper.process", QtInfoMsg)

} // namespace

void RequestResponder::receive(const QJsonObject &request)
{
    const QJsonValue id = request.value(keys::id);
    const QString method = request.value(keys::method).toString();
    if (method != methods::askProcess)
        return refuse(id, codes::unknownMethod, u"no method \"%1\""_s.arg(method.left(64)));
    if (!m_handler)
        return refuse(id, codes::noHandler, u"this process answers no requests"_s);
    const QJsonObject params = request.value(keys::params).toObject();
    static_cast<void>(answer(m_handler, id, params.value(keys::payload).toObject()));
}

QCoro::Task<> RequestResponder::answer(
    RequestHandler<QJsonObject> handler, QJsonValue id, QJsonObject payload)
{
    QString fault;
    try {
        const QJsonObject result = co_await handler(std::move(payload));
        respond(id, keys::result, result);
        co_return;
    } catch (const Stopped &) {
        refuse(id, codes::stopping, u"a stop cut the handler short"_s);
        co_return;
    } catch (const RequestError &error) {
        if (error.reason() == RequestError::Reason::Refused) {
            respond(id, keys::error, error.toWire());
            co_return;
        }
        fault = currentFault().what; // of another request, which it made itself
    } catch (...) {
        fault = currentFault().what;
    }
    qCWarning(logRequestResponder, "a handler of requests threw %ls", qUtf16Printable(fault));
    refuse(id, codes::handlerFailed, fault);
}

void RequestResponder::refuse(const QJsonValue &id, QLatin1StringView code, const QString &detail)
{
    respond(id, keys::error, {{keys::code, code}, {keys::detail, detail}});
}

void RequestResponder::respond(
    const QJsonValue &id, QLatin1StringView key, const QJsonObject &value)
{
    const QJsonObject response = makeFrame(frames::response, {{keys::id, id}, {key, value}});
    if (const qsizetype size = encodeFrame(response).size(); size > maximumFrameBytes)
        return refuse(id, codes::tooLarge, u"the answer has %1 bytes"_s.arg(size));
    if (!m_link.send(response))
        qCWarning(logRequestResponder, "an answer was not sent: too much waits for the server");
}

} // namespace semper
