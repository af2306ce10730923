// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/listenerchanges.h"

#include "application/servicefactory.h"
#include "control/controlapi.h"
#include "protocol/keys.h"
#include "spec/jsonpath.h"

#include <semper/serverapplication.h>
#include <semper/service.h>

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

QString placeOf(const ServiceSpec &spec, const QString &listener, const QString &key)
{
    JsonPath path = JsonPath().key(keys::services).key(spec.name);
    if (!listener.isEmpty())
        path = path.key(keys::listeners).key(listener);
    return path.key(key).toString();
}

} // namespace

ListenerChanges::ListenerChanges(
    ServerApplication &application, ControlApi &control, std::function<void(Service &)> introduce)
    : m_application(application)
    , m_control(control)
    , m_introduce(std::move(introduce))
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
    auto rebinding = service.rebind(listeners);
    if (const auto *fault = std::get_if<RebindFault>(&rebinding))
        return ConfigError{placeOf(spec, fault->listener, fault->key),
            fault->message + holderText(listeners.value(fault->listener).address, &service)};
    m_rebindings.push_back(std::get<std::function<void()>>(std::move(rebinding)));
    m_rebindings.emplace_back([&service, limits = spec.limits] { service.setLimits(limits); });
    return std::nullopt;
}

std::optional<ConfigError> ListenerChanges::add(const ServiceSpec &spec)
{
    const QString place = JsonPath().key(keys::services).key(spec.name).toString();
    const QMap<QString, ListenerSpec> listeners = spec.allListeners();
    for (const ListenerSpec &listener : listeners)
        if (const auto need = needForLookUp(listener.address))
            return ConfigError{place, *need};
    auto service = makeService(spec);
    if (!service)
        return ConfigError{place, u"there is no service of type %1 yet"_s.arg(spec.type)};
    m_introduce(*service);
    if (const auto reason = service->listen()) {
        QString holder;
        for (const ListenerSpec &listener : listeners)
            holder += holderText(listener.address, nullptr);
        return ConfigError{place, *reason + holder};
    }
    m_added.push_back(std::move(service));
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
