// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/servicelink.h>

#include <semper/process.h>
#include <semper/processlink.h>
#include <semper/requesterror.h>
#include <semper/suspension.h>

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QScopeGuard>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

RequestError::RequestError(Reason reason, const QString &text)
    : std::runtime_error(text.toStdString())
    , m_reason(reason)
{ }

RequestError::~RequestError() = default;

ServiceLink::ServiceLink(Process &process, ProcessLink &link)
    : m_process(process)
    , m_link(link)
{ }

ServiceLink::~ServiceLink() = default;

QCoro::Task<QList<Connection>> ServiceLink::connections(std::chrono::milliseconds timeout)
{
    const QJsonArray items = co_await request(u"service.connections"_s, timeout);
    QList<Connection> connections;
    connections.reserve(items.size());
    for (const QJsonValue &item : items)
        connections.append(Connection::fromJson(item.toObject()));
    co_return connections;
}

QCoro::Task<QJsonArray> ServiceLink::request(QString method, std::chrono::milliseconds timeout)
{
    const qint64 id = ++m_lastId;
    QJsonArray items;
    Suspension answer(m_process, Suspension::OnStop::Throw);
    m_pending.insert(id, {&answer, &items});
    const auto forget = qScopeGuard([this, id] { m_pending.remove(id); });

    QJsonObject frame = makeFrame(frames::request);
    frame.insert(keys::id, id);
    frame.insert(keys::method, method);
    if (m_process.stopRequested()) {
        // Nothing to ask any more: the suspension throws.
    } else if (m_link.send(frame)) {
        const QString text = u"no answer to %1 within %2 ms"_s.arg(method).arg(timeout.count());
        answer.endAfter(
            timeout, std::make_exception_ptr(RequestError(RequestError::Reason::TimedOut, text)));
    } else {
        const QString text = u"%1 was not sent: too much waits for the server"_s.arg(method);
        answer.fail(std::make_exception_ptr(RequestError(RequestError::Reason::QueueFull, text)));
    }
    co_await answer.ended();
    co_return items;
}

void ServiceLink::receive(const QJsonObject &response)
{
    const auto pending = m_pending.constFind(response.value(keys::id).toInteger());
    if (pending == m_pending.constEnd())
        return;
    if (response.contains(keys::error)) {
        const QJsonObject error = response.value(keys::error).toObject();
        const QString text = u"%1: %2"_s.arg(
            error.value(keys::code).toString(), error.value(keys::detail).toString());
        pending->suspension->fail(
            std::make_exception_ptr(RequestError(RequestError::Reason::Refused, text)));
        return;
    }
    for (const QJsonValue &item : response.value(keys::result).toArray())
        pending->items->append(item);
    if (response.value(keys::last).toBool(true))
        pending->suspension->resume();
}

} // namespace semper
