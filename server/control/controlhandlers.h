// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/connectionquery.h"
#include "journal/eventquery.h"

#include <QCoroTask>
#include <QHttpServerResponse>
#include <QString>
#include <QUrl>

#include <utility>

namespace semper {

class Supervision;

/// The answers of the control API: from what was asked to a response, without sockets.
class ControlHandlers
{
public:
    /// \a supervision outlives it.
    explicit ControlHandlers(Supervision &supervision)
        : m_supervision(supervision)
    { }

    [[nodiscard]] QHttpServerResponse health() const;
    [[nodiscard]] QHttpServerResponse readiness() const;
    [[nodiscard]] QHttpServerResponse server() const;
    /// \a url may have the query "service", "after" and "limit".
    [[nodiscard]] QCoro::Task<QHttpServerResponse> connections(QUrl url) const;
    /// \a url may have the query of EventQuery::read().
    [[nodiscard]] QCoro::Task<QHttpServerResponse> events(QUrl url) const;
    [[nodiscard]] QHttpServerResponse processes() const;
    /// All instances of \a name, which may be none.
    [[nodiscard]] QHttpServerResponse process(const QString &name) const;
    /// The last ten of each instance that \a selector, "name" or "name:instance", means.
    [[nodiscard]] QHttpServerResponse deaths(const QString &selector) const;
    /// \a selector is "name" or "name:instance", \a action a word of commandActionFromString().
    [[nodiscard]] QHttpServerResponse command(
        const QString &selector, const QString &action, const QByteArray &body);

    /// \a url may have the query "dry_run=true", or \a body the same in JSON.
    [[nodiscard]] QCoro::Task<QHttpServerResponse> reload(QUrl url, QByteArray body);

    [[nodiscard]] static QHttpServerResponse notFound();
    /// \a allowed is a list of methods: "GET, HEAD".
    [[nodiscard]] static QHttpServerResponse methodNotAllowed(const QByteArray &allowed);
    /// Something else than POST came to the address of a command.
    [[nodiscard]] static QHttpServerResponse commandNeedsPost(const QString &action);

    /// Without it there are none.
    void setConnectionSource(ConnectionSource source) { m_connections = std::move(source); }
    void setEventSource(EventSource source) { m_events = std::move(source); }

private:
    Supervision &m_supervision;
    ConnectionSource m_connections;
    EventSource m_events;
};

} // namespace semper
