// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/serviceanswers.h"

#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "process/currentexception.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/messagekeys.h"
#include "supervisor/supervisedprocess.h"

#include <semper/requesterror.h>
#include <semper/serverapplication.h>
#include <semper/service.h>
#include <semper/stopped.h>

#include <QLoggingCategory>
#include <QScopeGuard>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServiceAnswers, "semper.server.service", QtInfoMsg)

constexpr int mostUnderWay = 64; ///< of one instance, of all its launches together

QJsonObject refusal(const QJsonValue &id, QLatin1StringView code, const QString &detail)
{
    return makeFrame(frames::response,
        {{keys::id, id}, {keys::error, QJsonObject{{keys::code, code}, {keys::detail, detail}}}});
}

/// \a value as "result" or "error", unless that is too large.
QJsonObject responseWith(const QJsonValue &id, QLatin1StringView key, const QJsonObject &value)
{
    const QJsonObject response = makeFrame(frames::response, {{keys::id, id}, {key, value}});
    const qsizetype size = encodeFrame(response).size();
    return size <= maximumFrameBytes
        ? response
        : refusal(id, codes::tooLarge, u"the answer has %1 bytes"_s.arg(size));
}

/// The answer for what a handler threw.
QJsonObject failure(const QJsonValue &id)
{
    const QString what = currentFault().what;
    qCWarning(logServiceAnswers, "a handler of requests threw %ls", qUtf16Printable(what));
    return refusal(id, codes::handlerFailed, what);
}

} // namespace

void ServiceAnswers::answer(
    ProcessSession &session, const QJsonValue &id, const QJsonObject &params)
{
    const SupervisedProcess &process = *session.process();
    const auto refuse = [&](QLatin1StringView code, const QString &detail) {
        session.connection()->send(refusal(id, code, detail));
    };
    const Service *service = m_application.service(process.service());
    if (!service)
        return refuse(codes::noService, u"this process has no service"_s);
    const QJsonValue payload = params.value(keys::payload);
    if (!payload.isObject())
        return refuse(codes::badParameter, u"\"payload\" must be an object"_s);
    const auto handler = service->requestHandler(process.name());
    if (!handler)
        return refuse(codes::noHandler,
            u"service %1 answers no requests of its processes"_s.arg(service->name()));
    std::shared_ptr<int> &underWay = m_underWay[{process.name(), process.instance()}];
    if (!underWay)
        underWay = std::make_shared<int>(0);
    if (*underWay >= mostUnderWay)
        return refuse(codes::tooMany, u"%1 requests are under way"_s.arg(mostUnderWay));
    static_cast<void>(drive(&session, id, handler,
        {.process = process.name(), .instance = process.instance(), .payload = payload.toObject()},
        underWay));
}

QCoro::Task<> ServiceAnswers::drive(QPointer<ProcessSession> session, QJsonValue id,
    RequestHandler<ProcessRequest> handler, ProcessRequest request, std::shared_ptr<int> underWay)
{
    ++*underWay;
    const auto over = qScopeGuard([&underWay] { --*underWay; });
    QJsonObject response;
    try {
        const QJsonObject result = co_await handler(std::move(request));
        response = responseWith(id, keys::result, result);
    } catch (const Stopped &) {
        response = refusal(id, codes::stopping, u"the service ends"_s);
    } catch (const RequestError &error) {
        response = error.reason() == RequestError::Reason::Refused
            ? responseWith(id, keys::error, error.toWire())
            : failure(id); // of another request, which it made itself
    } catch (...) {
        response = failure(id);
    }
    if (!session)
        co_return; // and this object may be gone as well
    session->connection()->send(response);
}

} // namespace semper
