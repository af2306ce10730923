// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/listenerchanges.h"

#include "net/namelookup.h"
#include "protocol/keys.h"
#include "serviceloop/servicefactory.h"
#include "spec/jsonpath.h"

#include <semper/serverapplication.h>
#include <semper/service.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QString placeOf(const ServiceSpec &spec, const QString &listener, const QString &key)
{
    JsonPath path = JsonPath().key(keys::services).key(spec.name);
    if (!listener.isEmpty())
        path = path.key(keys::listeners).key(listener);
    return path.key(key).toString();
}

} // namespace

ListenerChanges::ListenerChanges(
    ServerApplication &application, std::function<void(Service &)> introduce, QObject &parent)
    : m_application(application)
    , m_introduce(std::move(introduce))
    , m_parent(parent)
{ }

ListenerChanges::~ListenerChanges() = default;

std::optional<ConfigError> ListenerChanges::prepare(
    const ConfigDifference &difference, const ServerConfig &config)
{
    for (const ServiceChange &change : difference.services)
        if (change.kind == ChangeKind::Removed && change.listener.isEmpty())
            m_removed.append(change.name);
    for (const ServiceSpec &spec : config.services) {
        Service *service = m_application.service(spec.name);
        if (auto error = service ? change(*service, spec) : add(spec))
            return error;
    }
    return std::nullopt;
}

/// Those of services that stay as they are too: their files of TLS are read anew.
std::optional<ConfigError> ListenerChanges::change(Service &service, const ServiceSpec &spec)
{
    const QMap<QString, ListenerSpec> listeners = spec.allListeners();
    for (auto it = listeners.cbegin(); it != listeners.cend(); ++it) {
        const auto old = service.listeners().constFind(it.key());
        if (old != service.listeners().cend() && old->address == it->address)
            continue;
        if (const auto need = needForLookUp(it->address))
            return ConfigError{placeOf(spec, it.key(), keys::listen), *need};
    }
    return rebind(service, spec);
}

std::optional<ConfigError> ListenerChanges::add(const ServiceSpec &spec)
{
    const QMap<QString, ListenerSpec> listeners = spec.allListeners();
    for (auto it = listeners.cbegin(); it != listeners.cend(); ++it)
        if (const auto need = needForLookUp(it->address))
            return ConfigError{placeOf(spec, it.key(), keys::listen), *need};
    auto service = makeService(spec);
    if (!service)
        return ConfigError{JsonPath().key(keys::services).key(spec.name).toString(),
            u"there is no service of type %1 yet"_s.arg(spec.type)};
    m_introduce(*service);
    m_added.push_back(std::move(service));
    return rebind(*m_added.back(), spec);
}

std::optional<ConfigError> ListenerChanges::rebind(Service &service, const ServiceSpec &spec)
{
    const QMap<QString, ListenerSpec> listeners = spec.allListeners();
    auto rebinding = service.rebind(listeners);
    if (const auto *fault = std::get_if<RebindFault>(&rebinding))
        return ConfigError{placeOf(spec, fault->listener, fault->key),
            fault->message + holderText(listeners.value(fault->listener).address, &service)};
    m_rebindings.push_back(std::get<std::function<void()>>(std::move(rebinding)));
    m_rebindings.emplace_back([&service, limits = spec.limits] { service.setLimits(limits); });
    return std::nullopt;
}

/// Who else of this server has \a address until now, if that is why it could not be bound.
QString ListenerChanges::holderText(const ListenAddress &address, const Service *asker) const
{
    for (const auto &service : m_application.services())
        for (const ListenerSpec &held : service->listeners())
            if (service.get() != asker && held.address == address)
                return u"; service \"%1\" has it until now: "
                       "first reload with another address for that one"_s.arg(service->name());
    return {};
}

void ListenerChanges::commit()
{
    for (const auto &rebind : std::exchange(m_rebindings, {}))
        rebind();
    for (const QString &name : std::as_const(m_removed)) {
        auto service = m_application.take(name);
        if (!service)
            continue;
        service->setParent(&m_parent);
        service.release()->retire();
    }
    for (auto &service : m_added)
        m_application.add(std::move(service));
    m_added.clear();
}

} // namespace semper
