// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/controlhandlers.h"

#include "boundary/supervision.h"
#include "http/problem.h"
#include "http/problemresponse.h"
#include "http/qthttpcompat.h"
#include "protocol/keys.h"

#include <QCoroFuture>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPromise>
#include <QRegularExpression>
#include <QUrlQuery>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Status = QHttpServerResponse::StatusCode;

/// Nothing that a browser may guess about, keep, or show within a page of somebody else.
QHttpServerResponse secured(QHttpServerResponse &&response)
{
    qthttp::addHeader(response, "X-Content-Type-Options"_ba, "nosniff"_ba);
    qthttp::addHeader(response, "Cache-Control"_ba, "no-store"_ba);
    qthttp::addHeader(
        response, "Content-Security-Policy"_ba, "default-src 'none'; frame-ancestors 'none'"_ba);
    return std::move(response);
}

QHttpServerResponse json(const QByteArray &text, Status status = Status::Ok)
{
    return secured(QHttpServerResponse("application/json"_ba, text, status));
}

QHttpServerResponse json(const QJsonDocument &document, Status status = Status::Ok)
{
    return json(document.toJson(QJsonDocument::Compact) + '\n', status);
}

QHttpServerResponse refused(const Problem &problem)
{
    return secured(problemResponse(problem));
}

QHttpServerResponse refused(const CommandError &error)
{
    int status = 409;
    if (error.code == "unknown_process"_L1 || error.code == "unknown_action"_L1
        || error.code == "unknown_service"_L1)
        status = 404;
    else if (error.code == "bad_selector"_L1 || error.code == "bad_parameter"_L1)
        status = 400;
    else if (error.code == "shutting_down"_L1 || error.code == "service_loop_hangs"_L1)
        status = 503;
    return refused(Problem{.status = status, .detail = error.detail, .code = error.code});
}

QHttpServerResponse refused(const ReloadRefusal &refusal)
{
    int status = 409;
    if (refusal.code == "bad_parameter"_L1)
        status = 400;
    else if (refusal.code == "bad_configuration"_L1)
        status = 422;
    else if (refusal.code == "shutting_down"_L1 || refusal.code == "service_loop_hangs"_L1)
        status = 503;
    return refused(Problem{.status = status,
        .detail = refusal.detail,
        .code = refusal.code,
        .errors = toJson(refusal.errors)});
}

/// "dry_run" from the query or the body. Anything else there is refused, for a slip of the pen
/// must not turn a question into a command.
std::variant<ReloadRequest, ReloadRefusal> reloadRequest(const QUrl &url, const QByteArray &body)
{
    const auto bad = [](const QString &detail) {
        return ReloadRefusal{.code = u"bad_parameter"_s, .detail = detail};
    };
    QJsonParseError fault{};
    const QJsonDocument document = QJsonDocument::fromJson(body.isEmpty() ? "{}" : body, &fault);
    if (!document.isObject())
        return bad(u"the body must be a JSON object: %1"_s.arg(fault.errorString()));
    QJsonObject parameters = document.object();
    for (const auto &[name, value] : QUrlQuery(url).queryItems()) {
        if (value != "true"_L1 && value != "false"_L1)
            return bad(u"\"%1\" must be true or false"_s.arg(name.left(64)));
        parameters.insert(name, value == "true"_L1);
    }
    for (auto it = parameters.begin(); it != parameters.end(); ++it)
        if (it.key() != keys::dryRun)
            return bad(u"no parameter \"%1\"; there is \"dry_run\""_s.arg(it.key().left(64)));
    return ReloadRequest::read(parameters, u"http"_s);
}

QHttpServerResponse unknownProcess(const QString &name)
{
    return refused(CommandError{
        .code = u"unknown_process"_s, .detail = u"there is no process named \"%1\""_s.arg(name)});
}

QHttpServerResponse badSelector()
{
    return refused(CommandError{
        .code = u"bad_selector"_s, .detail = u"a selector is \"name\" or \"name:instance\""_s});
}

/// What \a ask is answered with by what it is handed, which is called once. Whoever awaits it goes
/// on from the event loop.
template <typename Answer, typename Ask>
QFuture<Answer> futureOf(Ask ask)
{
    const auto promise = std::make_shared<QPromise<Answer>>();
    promise->start();
    ask([promise](const Answer &answer) {
        promise->addResult(answer);
        promise->finish();
    });
    return promise->future();
}

bool isSelector(const QString &text)
{
    static const QRegularExpression form(
        u"\\A[a-z0-9][a-z0-9_.-]{0,63}(:(0|[1-9][0-9]{0,4}))?\\z"_s);
    return form.match(text).hasMatch();
}

} // namespace

QHttpServerResponse ControlHandlers::health() const
{
    return json(QJsonDocument(QJsonObject{{keys::status, u"ok"_s}}));
}

QHttpServerResponse ControlHandlers::readiness() const
{
    const bool ready = m_supervision.allReady();
    return json(QJsonDocument(QJsonObject{{keys::ready, ready}}),
        ready ? Status::Ok : Status::ServiceUnavailable);
}

QHttpServerResponse ControlHandlers::server() const
{
    return json(QJsonDocument(m_supervision.serverObject()));
}

QCoro::Task<QHttpServerResponse> ControlHandlers::connections(QUrl url) const
{
    const auto query = ConnectionQuery::read(QUrlQuery(url));
    if (const auto *error = std::get_if<CommandError>(&query))
        co_return refused(*error);
    if (!m_connections)
        co_return notFound();
    const auto source = m_connections;
    const QFuture<ConnectionPage> answer = futureOf<ConnectionPage>(
        [&](auto done) { source(std::get<ConnectionQuery>(query), std::move(done)); });
    const ConnectionPage page = co_await answer;
    if (const auto *error = std::get_if<CommandError>(&page))
        co_return refused(*error);
    co_return json(QJsonDocument(std::get<QJsonObject>(page)));
}

QCoro::Task<QHttpServerResponse> ControlHandlers::events(QUrl url) const
{
    const auto query = EventQuery::read(QUrlQuery(url));
    if (const auto *detail = std::get_if<QString>(&query))
        co_return refused(CommandError{.code = u"bad_parameter"_s, .detail = *detail});
    if (!m_events)
        co_return notFound();
    const auto source = m_events;
    const QFuture<EventPage> answer = futureOf<EventPage>(
        [&](auto done) { source(std::get<EventQuery>(query), std::move(done)); });
    const EventPage page = co_await answer;
    if (page.isPartial)
        co_return refused(Problem{.status = 503,
            .detail = u"the journal cannot be read just now: see \"journal\" of the server"_s,
            .code = u"journal_failed"_s});
    // Text that is put together: what takes long, the journal's thread has done.
    const QByteArray more(page.more ? "true" : "false");
    co_return json("{\"events\":[" + page.events.join(',')
        + "],\"next\":" + QByteArray::number(page.next) + ",\"more\":" + more + "}\n");
}

QHttpServerResponse ControlHandlers::processes() const
{
    QJsonArray array;
    for (const ProcessStatus &status : m_supervision.processes())
        array.append(status.toJson());
    return json(QJsonDocument(array));
}

QHttpServerResponse ControlHandlers::process(const QString &name) const
{
    QJsonArray array;
    for (const ProcessStatus &status : m_supervision.statusesOf(name))
        array.append(status.toJson());
    const bool isKnown = !array.isEmpty() || m_supervision.knows(name);
    return isKnown ? json(QJsonDocument(array)) : unknownProcess(name);
}

QHttpServerResponse ControlHandlers::deaths(const QString &selector) const
{
    if (!isSelector(selector))
        return badSelector();
    const QString name = selector.section(u':', 0, 0);
    const QString instance = selector.section(u':', 1);
    QList<std::pair<ExitReport, int>> deaths;
    bool isKnown = instance.isEmpty() && m_supervision.knows(name);
    for (const ProcessStatus &status : m_supervision.statusesOf(name)) {
        if (!instance.isEmpty() && status.instance != instance.toInt())
            continue;
        isKnown = true;
        for (const ExitReport &death : status.deaths)
            deaths.append({death, status.instance});
    }
    if (!isKnown)
        return unknownProcess(selector);
    std::ranges::stable_sort(
        deaths, std::ranges::greater(), [](const auto &death) { return death.first.at; });
    QJsonArray array;
    for (const auto &[death, of] : deaths) {
        QJsonObject object = death.toJson();
        object.insert(keys::instance, of);
        array.append(object);
    }
    return json(QJsonDocument(QJsonObject{{keys::deaths, array}}));
}

QHttpServerResponse ControlHandlers::command(
    const QString &selector, const QString &action, const QByteArray &body)
{
    const auto known = commandActionFromString(action);
    if (!known)
        return refused(CommandError{.code = u"unknown_action"_s,
            .detail
            = u"no action \"%1\"; there are start, stop, restart, reset, signal and scale"_s.arg(
                action.left(64))});
    if (!isSelector(selector))
        return badSelector();
    QJsonParseError fault{};
    const QJsonDocument parameters = QJsonDocument::fromJson(body.isEmpty() ? "{}" : body, &fault);
    if (!parameters.isObject())
        return refused(CommandError{.code = u"bad_parameter"_s,
            .detail = u"the body must be a JSON object: %1"_s.arg(fault.errorString())});
    const auto command = SupervisionCommand::read(*known, selector, parameters.object(), u"http"_s);
    if (const auto *error = std::get_if<CommandError>(&command))
        return refused(*error);
    const CommandResult result = m_supervision.command(std::get<SupervisionCommand>(command));
    if (const auto *error = std::get_if<CommandError>(&result))
        return refused(*error);
    return json(
        QJsonDocument(QJsonObject{{keys::event, std::get<qint64>(result)}}), Status::Accepted);
}

QCoro::Task<QHttpServerResponse> ControlHandlers::reload(QUrl url, QByteArray body)
{
    const auto request = reloadRequest(url, body);
    if (const auto *refusal = std::get_if<ReloadRefusal>(&request))
        co_return refused(*refusal);
    const QFuture<ReloadResult> answer = futureOf<ReloadResult>([&](auto done) {
        m_supervision.reload(std::get<ReloadRequest>(request), std::move(done));
    });
    const ReloadResult result = co_await answer;
    if (const auto *refusal = std::get_if<ReloadRefusal>(&result))
        co_return refused(*refusal);
    const auto &report = std::get<ReloadReport>(result);
    QJsonObject told{{keys::changes, toJson(report)}, {keys::unchanged, report.unchanged()}};
    if (report.event != 0)
        told.insert(keys::event, report.event);
    co_return json(QJsonDocument(told), report.event != 0 ? Status::Accepted : Status::Ok);
}

QHttpServerResponse ControlHandlers::notFound()
{
    return refused(Problem{.status = 404, .detail = u"nothing is at this address"_s});
}

QHttpServerResponse ControlHandlers::methodNotAllowed(const QByteArray &allowed)
{
    return refused(Problem{.status = 405,
        .detail = u"only %1 here"_s.arg(QString::fromLatin1(allowed)),
        .headers = {{"Allow"_ba, allowed}}});
}

QHttpServerResponse ControlHandlers::commandNeedsPost(const QString &action)
{
    return commandActionFromString(action) ? methodNotAllowed("POST"_ba) : notFound();
}

} // namespace semper
