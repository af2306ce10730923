// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/requesthandler.h>

#include <QJsonObject>
#include <QJsonValue>

namespace semper {

class ProcessLink;

/// Answers what the service asks a process: each request once, whatever the handler does.
class RequestResponder
{
public:
    /// \a link must outlive every answer.
    explicit RequestResponder(ProcessLink &link)
        : m_link(link)
    { }

    /// In place of the one before, which goes on with what it has begun.
    void setHandler(RequestHandler<QJsonObject> handler) { m_handler = std::move(handler); }
    /// The frame "request". A handler that is a coroutine begins within this call.
    void receive(const QJsonObject &request);

private:
    /// A copy of the handler: it may be replaced meanwhile.
    QCoro::Task<> answer(RequestHandler<QJsonObject> handler, QJsonValue id, QJsonObject payload);
    void refuse(const QJsonValue &id, QLatin1StringView code, const QString &detail);
    /// As "result" or "error"; refused where it is too large.
    void respond(const QJsonValue &id, QLatin1StringView key, const QJsonObject &value);

    ProcessLink &m_link;
    RequestHandler<QJsonObject> m_handler;
};

} // namespace semper
