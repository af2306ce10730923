// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/distantmail.h"
#include "boundary/distantsupervision.h"
#include "boundary/loopmeter.h"
#include "serviceloop/connectionpages.h"
#include "serviceloop/listenerchanges.h"
#include "serviceloop/serviceanswers.h"

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QString>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace semper {

class Crossing;
class DistantWatcher;
class ServerApplication;
class Service;

/// What services have of supervision, on the other side of the boundary.
struct SupervisionAccess
{
    Supervision &supervision; ///< like the next, only to be called in its own loop
    ProcessMail &mail;
    Crossing &crossing; ///< into that loop
    std::function<bool(const QByteArray &token)> isToken; ///< for any thread
    std::function<void(DistantWatcher *)> openWatcher; ///< is called in supervision's loop
};

/// The services that run, and all that supervision wants of them, done. They end with it. For the
/// thread of the services, the program's first, but for facts().
class ServiceHouse : public QObject
{
    Q_OBJECT
public:
    /// All outlive it; \a here leads into the services' loop.
    ServiceHouse(ServerApplication &application, SupervisionAccess supervision, Crossing &here);
    ~ServiceHouse() override;

    /// Binds every listener. Nothing, or why one could not be.
    [[nodiscard]] std::optional<QString> listen();

    void messageReceived(const ServiceProcess &from, const QJsonObject &payload);
    void messagesDropped(const ServiceProcess &to, int count);
    [[nodiscard]] const ServiceAnswers &answers() const { return m_answers; }
    [[nodiscard]] const ConnectionPages &connections() const { return m_connections; }
    /// Tells \a news from now on; the object is to be deleted to have that end. Null where there is
    /// no such service.
    [[nodiscard]] QObject *followConnections(
        const QString &service, const ServiceSide::Done<ConnectionNews> &news);

    /// See ServiceSide.
    [[nodiscard]] std::optional<ConfigError> prepare(
        const ConfigDifference &difference, const ServerConfig &config);
    void commit(const ServerConfig &config);
    void abandon() { m_changes.reset(); }

    /// As of the last listen() or commit(), and of now the number of connections. Any thread.
    [[nodiscard]] QList<ServiceFacts> facts() const;
    [[nodiscard]] LoopMeter &loop() { return m_loop; }
    /// What speaks a protocol with a farewell is told it.
    void sayFarewell();

private:
    struct Listed
    {
        ServiceFacts facts;
        std::shared_ptr<const std::atomic<qsizetype>> connections;
        std::function<QJsonObject()> metrics;
    };

    void introduce(Service &service);
    void publish();

    ServerApplication &m_application;
    SupervisionAccess m_access;
    Crossing &m_here;
    LoopMeter m_loop;
    DistantSupervision m_supervision;
    DistantMail m_mail;
    ServiceAnswers m_answers;
    ConnectionPages m_connections;
    std::unique_ptr<ListenerChanges> m_changes; ///< prepared
    mutable std::mutex m_mutex; ///< guards the next
    QList<Listed> m_listed;
};

} // namespace semper
