// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configlayers.h"

#include "protocol/keys.h"
#include "spec/dependencyorder.h"
#include "spec/jsonpath.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

// A file that only moves a listener must not take its TLS away.
void keepProgrammed(const QMap<QString, ListenerSpec> &program, ServiceSpec &spec)
{
    const auto keep = [&program](const QString &name, ListenerSpec &listener) {
        const ListenerSpec own = program.value(name);
        if (!listener.tls)
            listener.tls = own.tls;
        if (listener.framing.isEmpty())
            listener.framing = own.framing;
    };
    keep({}, spec.main);
    for (auto it = spec.listeners.begin(); it != spec.listeners.end(); ++it)
        keep(it.key(), it.value());
}

/// Not copied where there is nothing to lay it over: there may be thousands.
QMap<QString, ProcessSpec> laidOver(
    const QMap<QString, ProcessSpec> &processes, QMap<QString, ProcessSpec> ground)
{
    if (ground.isEmpty())
        return processes;
    ground.insert(processes);
    return ground;
}

void layOverProgram(const QList<ServiceSpec> &program, ServerConfig &config)
{
    for (const ServiceSpec &own : program) {
        const auto it = std::ranges::find(config.services, own.name, &ServiceSpec::name);
        if (it == config.services.end()) {
            config.services.append(own);
            continue;
        }
        QMap<QString, ListenerSpec> programmed = own.listeners;
        programmed.insert(QString(), own.main);
        keepProgrammed(programmed, *it);
        QMap<QString, ListenerSpec> listeners = own.listeners;
        listeners.insert(it->listeners);
        it->listeners = listeners;
        it->processes = laidOver(it->processes, own.processes);
    }
    std::ranges::sort(config.services, {}, &ServiceSpec::name);
}

ConfigErrors overlayErrors(const QList<ServiceSpec> &program, const ServerConfig &config)
{
    ConfigErrors errors;
    const JsonPath services = JsonPath().key(keys::services);
    QMap<QString, ProcessSpec> processes;
    QMap<QString, JsonPath> paths;
    for (const ServiceSpec &service : config.services) {
        const JsonPath path = services.key(service.name);
        const auto own = std::ranges::find(program, service.name, &ServiceSpec::name);
        if (own != program.end() && own->type != service.type)
            errors.append(
                {path.key(keys::type).toString(), u"the program's is of type %1"_s.arg(own->type)});
        for (const auto &[name, process] : service.processes.asKeyValueRange()) {
            const JsonPath place = path.key(keys::processes).key(name);
            if (processes.contains(name))
                errors.append({place.toString(),
                    u"duplicate name: there is %1 already"_s.arg(paths.value(name).toString())});
            processes.insert(name, process);
            paths.insert(name, place);
        }
    }
    for (const DependencyFault &fault : dependencyFaults(processes))
        errors.append({paths.value(fault.process).toString(), fault.message});
    return errors;
}

} // namespace semper
