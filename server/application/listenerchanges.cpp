// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/listenerchanges.h"

#include "control/controlapi.h"
#include "protocol/keys.h"

#include <semper/httpservice.h>
#include <semper/serverapplication.h>

#include <QCoreApplication>
#include <QHostAddress>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

std::optional<QString> needForLookUp(const ListenAddress &address)
{
    if (!address.path.isEmpty() || !QHostAddress(address.host).isNull()
        || address.host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        return std::nullopt;
    return u"%1 would have to be looked up, which would hold up the server: "
           "give a literal address, or restart the server"_s.arg(quoted(address.host));
}

} // namespace

ListenerChanges::ListenerChanges(ServerApplication &application, ControlApi &control)
    : m_application(application)
    , m_control(control)
{ }

ListenerChanges::~ListenerChanges() = default;

std::optional<ConfigError> ListenerChanges::prepare(
    const ConfigDifference &difference, const ServerConfig &config)
{
    const QString control = controlListenKey();
    if (difference.server.contains(control)) {
        const auto need = needForLookUp(config.control);
        const Rebinding rebinding = need ? Rebinding(*need) : m_control.rebind(config.control);
        if (const auto *reason = std::get_if<QString>(&rebinding))
            return ConfigError{u"$."_s + control, *reason};
        m_rebindings.push_back(std::get<std::function<void()>>(rebinding));
    }
    for (const ServiceChange &change : difference.services)
        if (const auto reason = prepare(change))
            return ConfigError{change.path().toString(), *reason};
    return std::nullopt;
}

std::optional<QString> ListenerChanges::prepare(const ServiceChange &change)
{
    if (change.kind == ChangeKind::Removed) {
        m_removed.append(change.name);
        return std::nullopt;
    }
    if (auto need = needForLookUp(change.listen))
        return need;
    if (change.kind == ChangeKind::Added) {
        auto service = std::make_unique<HttpService>(
            change.name, HttpServiceOptions{.listen = change.listen.toString()});
        auto reason = service->listen();
        m_added.push_back(std::move(service));
        return reason;
    }
    Service *service = m_application.service(change.name);
    const Rebinding rebinding
        = service ? service->rebind(change.listen.toString()) : Rebinding(u"no such service"_s);
    if (const auto *reason = std::get_if<QString>(&rebinding))
        return *reason;
    m_rebindings.push_back(std::get<std::function<void()>>(rebinding));
    return std::nullopt;
}

QList<Service *> ListenerChanges::commit()
{
    for (const auto &rebind : std::exchange(m_rebindings, {}))
        rebind();
    for (const QString &name : std::as_const(m_removed)) {
        auto service = m_application.take(name);
        if (!service)
            continue;
        service->setParent(QCoreApplication::instance()); // who outlives its last connections
        service.release()->retire();
    }
    QList<Service *> added;
    for (auto &service : m_added) {
        added.append(service.get());
        m_application.add(std::move(service));
    }
    m_added.clear();
    return added;
}

} // namespace semper
