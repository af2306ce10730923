// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/servicelink.h>

#include <semper/process.h>
#include <semper/processlink.h>
#include <semper/requesterror.h>
#include <semper/suspension.h>

#include "protocol/connectionkeys.h"
#include "protocol/frame.h"

#include <QScopeGuard>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qsizetype pageSize = 500;
constexpr qsizetype mostChanges = 1000;

} // namespace

ServiceLink::ServiceLink(Process &process, ProcessLink &link)
    : m_process(process)
    , m_link(link)
{ }

ServiceLink::~ServiceLink() = default;

QCoro::Task<QList<Connection>> ServiceLink::connections(std::chrono::milliseconds timeout)
{
    const auto deadline = m_process.clock().now() + timeout;
    QList<Connection> connections;
    quint64 after = 0;
    bool more = true;
    while (more) {
        QJsonObject params;
        params.insert(keys::limit, pageSize);
        if (after > 0)
            params.insert(keys::after, qint64(after));
        const auto left
            = std::max<std::chrono::milliseconds>(0ms, deadline - m_process.clock().now());
        const QJsonArray items = co_await request(methods::connections, params, left);
        for (const QJsonValue &item : items)
            connections.append(Connection::fromJson(item.toObject()));
        const quint64 last = connections.isEmpty() ? 0 : connections.constLast().id;
        more = items.size() == pageSize && last > after;
        after = last;
    }
    co_return connections;
}

QCoro::Task<> ServiceLink::watchConnections(std::chrono::milliseconds timeout)
{
    m_watching = true; // Also if this cannot be asked now: then after the next reconnection.
    const QJsonObject none;
    co_await request(methods::subscribeConnections, none, timeout);
}

QCoro::Task<ConnectionChange> ServiceLink::connectionChange()
{
    if (!m_watching)
        co_await watchConnections();
    while (m_changes.isEmpty()) { // again, where another was faster
        Suspension change(m_process, Suspension::OnStop::Throw);
        m_awaiting.append(&change);
        const auto forget = qScopeGuard([this, &change] { m_awaiting.removeOne(&change); });
        co_await change.ended();
    }
    co_return m_changes.dequeue();
}

QCoro::Task<bool> ServiceLink::closeConnection(quint64 id, std::chrono::milliseconds timeout)
{
    QJsonObject params;
    params.insert(keys::id, qint64(id));
    const QJsonArray items = co_await request(methods::closeConnection, params, timeout);
    co_return items.at(0).toBool();
}

QCoro::Task<QJsonArray> ServiceLink::request(
    QString method, QJsonObject params, std::chrono::milliseconds timeout)
{
    const qint64 id = ++m_lastId;
    QJsonArray items;
    Suspension answer(m_process, Suspension::OnStop::Throw);
    m_pending.insert(id, {&answer, &items});
    const auto forget = qScopeGuard([this, id] { m_pending.remove(id); });

    QJsonObject frame = makeFrame(frames::request);
    frame.insert(keys::id, id);
    frame.insert(keys::method, method);
    if (!params.isEmpty())
        frame.insert(keys::params, params);
    if (m_process.stopRequested()) {
        // Nothing to ask any more: the suspension throws.
    } else if (const qsizetype size = encodeFrame(frame).size(); size > maximumFrameBytes) {
        const QString text = u"%1 was not sent: it has %2 bytes"_s.arg(method).arg(size);
        answer.fail(std::make_exception_ptr(RequestError(RequestError::Reason::TooLarge, text)));
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
        pending->suspension->fail(std::make_exception_ptr(RequestError::fromWire({}, error)));
        return;
    }
    const QJsonValue result = response.value(keys::result);
    if (result.isObject()) // of the service's own code; all else is answered with lists
        pending->items->append(result);
    for (const QJsonValue &item : result.toArray())
        pending->items->append(item);
    if (response.value(keys::last).toBool(true))
        pending->suspension->resume();
}

void ServiceLink::receiveChanges(const QJsonObject &frame)
{
    const auto tellAll = [this, &frame](QLatin1StringView key, ConnectionChange::Kind kind) {
        for (const QJsonValue &item : frame.value(key).toArray())
            tell({.kind = kind, .connection = Connection::fromJson(item.toObject())});
    };
    tellAll(keys::opened, ConnectionChange::Kind::Opened);
    tellAll(keys::closed, ConnectionChange::Kind::Closed);
    if (const qint64 missed = frame.value(keys::missed).toInteger(); missed > 0)
        tell({.kind = ConnectionChange::Kind::Missed, .missed = missed});
}

void ServiceLink::watchAgain()
{
    if (!m_watching)
        return;
    QJsonObject frame = makeFrame(frames::request);
    frame.insert(keys::id, ++m_lastId); // The answer says nothing; nobody waits for it.
    frame.insert(keys::method, methods::subscribeConnections);
    if (m_link.send(frame))
        tell({.kind = ConnectionChange::Kind::Missed});
}

void ServiceLink::tell(const ConnectionChange &change)
{
    if (m_changes.size() < mostChanges)
        m_changes.enqueue(change);
    else if (m_changes.constLast().kind != ConnectionChange::Kind::Missed)
        m_changes.enqueue({.kind = ConnectionChange::Kind::Missed, .missed = 1});
    else
        m_changes.last().missed += std::max<qint64>(change.missed, 1);
    for (Suspension *awaiting : std::as_const(m_awaiting))
        awaiting->resume(); // from the event loop
    switch (change.kind) {
    case ConnectionChange::Kind::Opened:
        Q_EMIT connectionOpened(change.connection);
        break;
    case ConnectionChange::Kind::Closed:
        Q_EMIT connectionClosed(change.connection);
        break;
    case ConnectionChange::Kind::Missed:
        Q_EMIT connectionsMissed(change.missed);
        break;
    }
}

} // namespace semper
