// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/connectionquery.h"
#include "boundary/supervision.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace semper {

struct ConfigDifference;
struct ServerConfig;
class LoopMeter;

/// One instance of a user process, and the service that it is beside.
struct ServiceProcess
{
    QString service;
    QString process;
    int instance = 0;
    friend bool operator==(const ServiceProcess &, const ServiceProcess &) = default;
};

/// What is said of a service from the outside.
struct ServiceFacts
{
    QString name;
    QString type;
    QStringList addresses = {}; ///< with real ports
    qsizetype connections = 0;
    QJsonObject metrics = {}; ///< as its own code set them, up to 250 ms ago
};

/// Clients that came to a service and went.
struct ConnectionNews
{
    QJsonArray opened = {};
    QJsonArray closed = {};
    qint64 missed = 0; ///< that there was no room for
};

/// What supervision tells the services and asks of them. They run in another event loop, beside
/// their users' handlers, and may not answer for a long time, or ever: so each function returns at
/// once, each \a done is called from supervision's loop, and what waits for the services has
/// bounds. For supervision's thread.
class ServiceSide
{
public:
    template <typename Answer>
    using Done = std::function<void(const Answer &answer)>;
    using Items = std::variant<QJsonArray, CommandError>;

    virtual ~ServiceSide() = default;

    /// A process called Process::send(). Where the services are so far behind that there is no
    /// room, it is dropped, counted, and the count logged.
    virtual void messageReceived(const ServiceProcess &from, const QJsonObject &payload) = 0;
    /// So many messages that waited for it will not be delivered.
    virtual void messagesDropped(const ServiceProcess &to, int count) = 0;
    /// A process asks its service's handler. \a done is called when that has answered, with what
    /// the frame "response" says: {"result": {...}} or {"error": {...}}.
    virtual void ask(const ServiceProcess &from, const QJsonObject &payload, Done<QJsonObject> done)
        = 0;

    /// The frame "request" of a process, \a method one of those of connectionkeys.h.
    virtual void askForConnections(
        const QString &service, const QString &method, const QJsonObject &params, Done<Items> done)
        = 0;
    /// Of all services. "service_loop_hangs" where there is no answer within 2 s.
    virtual void connections(const ConnectionQuery &query, Done<ConnectionPage> done) = 0;
    /// Tells \a news of \a service, at most every 100 ms, until what it returns is destroyed.
    [[nodiscard]] virtual std::shared_ptr<void> followConnections(
        const QString &service, Done<ConnectionNews> news)
        = 0;

    /// Binds what \a config changes, beside what is bound. Nothing, or why it could not;
    /// "service_loop_hangs" after 10 s. Unless that is an error, commit() or abandon() has to
    /// follow.
    virtual void prepare(const ConfigDifference &difference, const ServerConfig &config,
        Done<std::optional<ReloadRefusal>> done)
        = 0;
    /// Takes all that was prepared into use. \a done is called when that is done, after 2 s at the
    /// latest: then it will be.
    virtual void commit(const ServerConfig &config, std::function<void()> done) = 0;
    virtual void abandon() = 0;

    /// As of now. Never waits.
    [[nodiscard]] virtual QList<ServiceFacts> facts() const = 0;
    /// Of the services' loop.
    [[nodiscard]] virtual LoopMeter &loop() = 0;
};

} // namespace semper
