// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/configdiff.h"

#include "protocol/keys.h"
#include "spec/specdiff.h"

#include <QMap>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Placed
{
    QString service;
    ProcessSpec spec;
    friend bool operator==(const Placed &, const Placed &) = default;
};

QMap<QString, Placed> processesOf(const ServerConfig &config)
{
    QMap<QString, Placed> processes;
    for (const ServiceSpec &service : config.services)
        for (const auto &[name, spec] : service.processes.asKeyValueRange())
            processes.insert(name, {service.name, spec});
    return processes;
}

QMap<QString, ServiceSpec> servicesOf(const ServerConfig &config)
{
    QMap<QString, ServiceSpec> services;
    for (const ServiceSpec &service : config.services)
        services.insert(service.name, service);
    return services;
}

/// The names of both, sorted.
template <class Value>
QStringList namesOf(const QMap<QString, Value> &one, const QMap<QString, Value> &other)
{
    QMap<QString, Value> both = one;
    both.insert(other);
    return both.keys();
}

ProcessChange changeOf(const QString &name, const Placed &was, const Placed &is)
{
    const SpecDifference specs = differenceOf(was.spec, is.spec);
    ProcessChange change{.name = name,
        .service = is.service,
        .spec = is.spec,
        .keys = specs.keys,
        .needsRestart = specs.needsRestart};
    if (was.service != is.service) { // whose connections it is told of, and whose messages
        change.keys.prepend(keys::service);
        change.needsRestart = true;
    }
    return change;
}

void compareProcesses(const ServerConfig &was, const ServerConfig &is, ConfigDifference &difference)
{
    const QMap<QString, Placed> before = processesOf(was);
    const QMap<QString, Placed> now = processesOf(is);
    for (const QString &name : namesOf(before, now)) {
        const Placed old = before.value(name);
        const Placed fresh = now.value(name);
        if (!before.contains(name))
            difference.processes.append({ChangeKind::Added, name, fresh.service, fresh.spec});
        else if (!now.contains(name))
            difference.processes.append({ChangeKind::Removed, name, old.service, old.spec});
        else if (old != fresh)
            difference.processes.append(changeOf(name, old, fresh));
        else
            ++difference.unchanged;
    }
}

/// What differs between two listeners of a service, of which \a change has service and name.
void compareListener(const ListenerSpec &was, const ListenerSpec &is, ServiceChange change,
    ConfigDifference &difference)
{
    change.kind = ChangeKind::Changed;
    change.listen = is.address;
    const auto add = [&](const QString &key, bool differs) {
        change.key = key;
        if (differs)
            difference.services.append(change);
    };
    if (was.address != is.address)
        change.was = was.address;
    add(keys::listen, was.address != is.address);
    change.was.reset();
    add(keys::tls, was.tls != is.tls);
    add(keys::framing, was.framing != is.framing);
}

void compareListeners(const ServiceSpec &was, const ServiceSpec &is, ConfigDifference &difference)
{
    compareListener(was.main, is.main, {.name = is.name, .listen = {}}, difference);
    for (const QString &name : namesOf(was.listeners, is.listeners)) {
        ServiceChange change{.name = is.name, .listen = {}, .listener = name};
        if (!was.listeners.contains(name)) {
            change.kind = ChangeKind::Added;
            change.listen = is.listeners.value(name).address;
            difference.services.append(change);
        } else if (!is.listeners.contains(name)) {
            change.kind = ChangeKind::Removed;
            change.listen = was.listeners.value(name).address;
            difference.services.append(change);
        } else {
            compareListener(
                was.listeners.value(name), is.listeners.value(name), change, difference);
        }
    }
    if (was.limits != is.limits)
        difference.services.append(
            {.name = is.name, .listen = is.main.address, .key = keys::limits});
}

void compareServices(const ServerConfig &was, const ServerConfig &is, ConfigDifference &difference)
{
    const QMap<QString, ServiceSpec> before = servicesOf(was);
    const QMap<QString, ServiceSpec> now = servicesOf(is);
    for (const QString &name : namesOf(before, now)) {
        const ServiceSpec old = before.value(name);
        ServiceSpec fresh = now.value(name);
        if (!before.contains(name)) {
            difference.services.append({ChangeKind::Added, name, fresh.main.address});
            continue;
        }
        if (!now.contains(name)) {
            difference.services.append({ChangeKind::Removed, name, old.main.address});
            continue;
        }
        compareListeners(old, fresh, difference);
        fresh.main = old.main;
        fresh.listeners = old.listeners;
        fresh.limits = old.limits;
        fresh.processes = old.processes;
        if (fresh != old)
            difference.fixed.append({JsonPath().key(keys::services).key(name).toString(),
                u"the kind of a service cannot change while the server runs"_s});
    }
}

void compareTop(const ServerConfig &was, const ServerConfig &is, ConfigDifference &difference)
{
    const auto fixed = [&difference](const QString &key, const QString &old, const QString &now) {
        if (old != now)
            difference.fixed.append({JsonPath().key(key).toString(),
                u"%1 takes a restart of the server: it runs with %2"_s.arg(
                    quoted(now), quoted(old))});
    };
    fixed(keys::node, was.node, is.node);
    fixed(keys::stateDirectory, was.stateDirectory, is.stateDirectory);
    if (was.control != is.control) {
        difference.server.append(controlListenKey());
        difference.control = {was.control, is.control};
    }
    if (was.pluginDirectories != is.pluginDirectories)
        difference.server.append(keys::pluginDirectories);
    if (was.shutdownTimeout != is.shutdownTimeout)
        difference.server.append(keys::shutdownTimeoutMs);
    if (was.serviceLoop != is.serviceLoop)
        difference.server.append(keys::serviceLoop);
    if (was.journal != is.journal)
        difference.server.append(keys::journal);

    // A key that is compared nowhere must not be passed over.
    ServerConfig rest = is;
    rest.node = was.node;
    rest.stateDirectory = was.stateDirectory;
    rest.control = was.control;
    rest.pluginDirectories = was.pluginDirectories;
    rest.shutdownTimeout = was.shutdownTimeout;
    rest.serviceLoop = was.serviceLoop;
    rest.journal = was.journal;
    rest.services = was.services;
    if (rest != was)
        difference.fixed.append(
            {JsonPath().toString(), u"what was changed takes a restart of the server"_s});
}

} // namespace

JsonPath ProcessChange::path() const
{
    return JsonPath().key(keys::services).key(service).key(keys::processes).key(name);
}

JsonPath ServiceChange::path() const
{
    JsonPath path = JsonPath().key(keys::services).key(name);
    if (!listener.isEmpty())
        path = path.key(keys::listeners).key(listener);
    return key.isEmpty() ? path : path.key(key);
}

QString controlListenKey()
{
    return keys::control + u'.' + keys::listen;
}

ConfigDifference differenceOf(const ServerConfig &was, const ServerConfig &is)
{
    ConfigDifference difference;
    compareTop(was, is, difference);
    compareServices(was, is, difference);
    compareProcesses(was, is, difference);
    return difference;
}

} // namespace semper
