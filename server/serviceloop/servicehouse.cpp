// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/servicehouse.h"

#include "boundary/crossing.h"
#include "boundary/distantwatcher.h"
#include "serviceloop/connectionnews.h"
#include "services/base/servicecontext.h"

#include <semper/serverapplication.h>
#include <semper/service.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

ServiceHouse::ServiceHouse(
    ServerApplication &application, SupervisionAccess supervision, Crossing &here)
    : m_application(application)
    , m_access(std::move(supervision))
    , m_here(here)
    , m_supervision(m_access.supervision, m_access.crossing)
    , m_mail(m_access.mail, m_access.crossing, here)
    , m_answers(application)
    , m_connections(application)
{
    for (const auto &service : application.services())
        introduce(*service);
}

// Services refer to what is destroyed after this.
ServiceHouse::~ServiceHouse()
{
    m_changes.reset();
    qDeleteAll(findChildren<Service *>(Qt::FindDirectChildrenOnly));
    m_application.clear();
}

void ServiceHouse::introduce(Service &service)
{
    service.setContext({.supervision = &m_supervision,
        .mail = &m_mail,
        .isToken = m_access.isToken,
        .openWatcher = [this](FrameConnection *peer) {
            DistantWatcher::open(peer, m_here, m_access.crossing, m_access.openWatcher);
        }});
}

std::optional<QString> ServiceHouse::listen()
{
    for (const auto &service : m_application.services())
        if (auto error = service->listen())
            return u"service %1: %2"_s.arg(service->name(), *error);
    publish();
    return std::nullopt;
}

void ServiceHouse::messageReceived(const ServiceProcess &from, const QJsonObject &payload)
{
    if (Service *service = m_application.service(from.service))
        Q_EMIT service->messageReceived(from.process, from.instance, payload);
}

void ServiceHouse::messagesDropped(const ServiceProcess &to, int count)
{
    if (Service *service = m_application.service(to.service))
        Q_EMIT service->messagesDropped(to.process, to.instance, count);
}

QObject *ServiceHouse::followConnections(
    const QString &service, const ServiceSide::Done<ConnectionNews> &news)
{
    Service *followed = m_application.service(service);
    return followed ? new ConnectionNewsDesk(*followed, news) : nullptr;
}

std::optional<ConfigError> ServiceHouse::prepare(
    const ConfigDifference &difference, const ServerConfig &config)
{
    auto changes = std::make_unique<ListenerChanges>(
        m_application, [this](Service &service) { introduce(service); }, *this);
    if (auto error = changes->prepare(difference, config))
        return error;
    m_changes = std::move(changes);
    return std::nullopt;
}

void ServiceHouse::commit(const ServerConfig &config)
{
    if (const auto changes = std::exchange(m_changes, nullptr))
        changes->commit();
    for (const ServiceSpec &spec : config.services)
        if (Service *service = m_application.service(spec.name))
            service->setProcesses(spec.processes);
    publish();
}

void ServiceHouse::publish()
{
    QList<Listed> listed;
    for (const auto &service : m_application.services())
        listed.append({.facts
            = {.name = service->name(), .type = service->type(), .addresses = service->addresses()},
            .connections = service->connectionCounter(),
            .metrics = service->metricsElsewhere()});
    const std::lock_guard lock(m_mutex);
    m_listed = listed;
}

QList<ServiceFacts> ServiceHouse::facts() const
{
    const std::lock_guard lock(m_mutex);
    QList<ServiceFacts> all;
    for (const Listed &listed : m_listed) {
        all.append(listed.facts);
        all.last().connections = *listed.connections;
        all.last().metrics = listed.metrics();
    }
    return all;
}

void ServiceHouse::sayFarewell()
{
    for (const auto &service : m_application.services())
        for (const Connection &connection : service->connections())
            service->closeConnection(connection.id);
}

} // namespace semper
