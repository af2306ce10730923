// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/serviceanswers.h"

#include "process/currentexception.h"
#include "protocol/keys.h"
#include "protocol/messagekeys.h"

#include <semper/requesterror.h>
#include <semper/serverapplication.h>
#include <semper/service.h>
#include <semper/stopped.h>

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServiceAnswers, "semper.server.service", QtInfoMsg)

QJsonObject refusal(QLatin1StringView code, const QString &detail)
{
    return {{keys::error, QJsonObject{{keys::code, code}, {keys::detail, detail}}}};
}

/// The answer for what a handler threw.
QJsonObject failure()
{
    const QString what = currentFault().what;
    qCWarning(logServiceAnswers, "a handler of requests threw %ls", qUtf16Printable(what));
    return refusal(codes::handlerFailed, what);
}

} // namespace

void ServiceAnswers::answer(const ServiceProcess &from, const QJsonObject &payload,
    const ServiceSide::Done<QJsonObject> &done) const
{
    const Service *service = m_application.service(from.service);
    if (!service)
        return done(refusal(codes::noService, u"this process has no service"_s));
    const auto handler = service->requestHandler(from.process);
    if (!handler)
        return done(refusal(codes::noHandler,
            u"service %1 answers no requests of its processes"_s.arg(service->name())));
    static_cast<void>(drive(
        handler, {.process = from.process, .instance = from.instance, .payload = payload}, done));
}

QCoro::Task<> ServiceAnswers::drive(RequestHandler<ProcessRequest> handler, ProcessRequest request,
    ServiceSide::Done<QJsonObject> done)
{
    QJsonObject response;
    try {
        const QJsonObject result = co_await handler(std::move(request));
        response.insert(keys::result, result);
    } catch (const Stopped &) {
        response = refusal(codes::stopping, u"the service ends"_s);
    } catch (const RequestError &error) {
        if (error.reason() == RequestError::Reason::Refused)
            response.insert(keys::error, error.toWire());
        else
            response = failure(); // of another request, which it made itself
    } catch (...) {
        response = failure();
    }
    done(response);
}

} // namespace semper
