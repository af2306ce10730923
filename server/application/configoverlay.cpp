// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/configoverlay.h"

#include "config/configlayers.h"
#include "serviceloop/servicefactory.h"
#include "spec/dependencyorder.h"
#include "spec/listenaddress.h"
#include "spec/namerule.h"

#include <semper/serverapplication.h>

#include <QDir>
#include <QMap>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QString> layConfigOver(ServerApplication &application, const ServerConfig &config)
{
    for (const ServiceSpec &spec : config.services) {
        Service *service = application.service(spec.name);
        if (service && service->type() != spec.type)
            return u"service %1: the program's is of type %2, the configuration's of type %3"_s.arg(
                spec.name, service->type(), spec.type);
        if (service) {
            ServiceSpec laid = spec;
            keepProgrammed(service->listeners(), laid);
            configure(*service, laid);
        } else {
            auto made = makeService(spec);
            if (!made)
                return u"service %1: there is no service of type %2 yet"_s.arg(
                    spec.name, spec.type);
            service = made.get();
            application.add(std::move(made));
        }
        service->setProcesses(laidOver(spec.processes, service->processes()));
    }
    return std::nullopt;
}

QList<ServiceSpec> describeServices(const ServerApplication &application)
{
    QList<ServiceSpec> services;
    for (const auto &service : application.services()) {
        ServiceSpec spec{.name = service->name(),
            .type = service->type(),
            .main = {},
            .listeners = service->listeners(),
            .processes = service->processes()};
        spec.main = spec.listeners.take(QString());
        services.append(spec);
    }
    std::ranges::sort(services, {}, &ServiceSpec::name);
    return services;
}

std::optional<QString> describeByProgram(const ServerApplication &application, ServerConfig &config)
{
    config.node = application.node().isEmpty() ? defaultNode() : application.node();
    if (!isValidName(config.node))
        return u"\"%1\" is no name for a node"_s.arg(config.node);
    config.directory = QDir::currentPath();
    config.stateDirectory = defaultStateDirectory(config.node);
    if (application.controlAddress().isEmpty())
        return std::nullopt;
    const auto address = parseListenAddress(application.controlAddress(), config.directory);
    if (const auto *error = std::get_if<QString>(&address))
        return u"control address \"%1\": %2"_s.arg(application.controlAddress(), *error);
    config.control = std::get<ListenAddress>(address);
    return std::nullopt;
}

std::optional<QString> checkProcesses(const ServerApplication &application)
{
    QMap<QString, ProcessSpec> processes;
    for (const auto &service : application.services()) {
        if (!isValidName(service->name()))
            return u"\"%1\" is no name for a service"_s.arg(service->name());
        const QMap<QString, ProcessSpec> &specs = service->processes();
        for (auto it = specs.cbegin(); it != specs.cend(); ++it) {
            if (!isValidName(it.key()))
                return u"\"%1\" is no name for a process"_s.arg(it.key());
            if (processes.contains(it.key()))
                return u"two services have a process \"%1\""_s.arg(it.key());
            processes.insert(it.key(), it.value());
        }
    }
    const QList<DependencyFault> faults = dependencyFaults(processes);
    if (faults.isEmpty())
        return std::nullopt;
    return u"process %1: %2"_s.arg(faults.first().process, faults.first().message);
}

} // namespace semper
