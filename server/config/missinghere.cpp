// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/missinghere.h"

#include "launch/launchplan.h"
#include "net/tlsfiles.h"
#include "protocol/keys.h"
#include "spec/jsonpath.h"

#include <semper/plugincatalog.h>
#include <semper/registry.h>

#include <optional>

namespace semper {

namespace {

/// Its files of TLS.
ConfigErrors missingFor(const ServiceSpec &service)
{
    ConfigErrors errors;
    const JsonPath path = JsonPath().key(keys::services).key(service.name);
    const QMap<QString, ListenerSpec> listeners = service.allListeners();
    for (auto it = listeners.cbegin(); it != listeners.cend(); ++it) {
        if (!it->tls)
            continue;
        const auto files = readTlsFiles(*it->tls);
        const JsonPath listener
            = it.key().isEmpty() ? path : path.key(keys::listeners).key(it.key());
        if (const auto *fault = std::get_if<TlsFault>(&files))
            errors.append({listener.key(keys::tls).key(fault->key).toString(), fault->message});
    }
    return errors;
}

JsonPath pathOf(const ServiceSpec &service, const QString &process)
{
    return JsonPath().key(keys::services).key(service.name).key(keys::processes).key(process);
}

} // namespace

ConfigErrors missingHere(const ServerConfig &config)
{
    std::optional<PluginCatalog> catalog; // read only where a class asks for it
    ConfigErrors errors;
    for (const ServiceSpec &service : config.services) {
        errors += missingFor(service);
        for (const auto &[name, process] : service.processes.asKeyValueRange()) {
            const JsonPath path = pathOf(service, name);
            if (const auto problem = launchProblem(process))
                errors.append({path.toString(), *problem});
            if (process.className.isEmpty() || UserProcessRegistry::contains(process.className))
                continue;
            if (!catalog)
                catalog.emplace(config.pluginDirectories);
            if (const auto problem = catalog->problemWith(process.className))
                errors.append({path.key(keys::className).toString(), *problem});
        }
    }
    return errors;
}

ConfigErrors unloadableHere(const ServerConfig &config)
{
    const PluginCatalog catalog(config.pluginDirectories);
    ConfigErrors errors;
    for (const ServiceSpec &service : config.services)
        for (const auto &[name, process] : service.processes.asKeyValueRange()) {
            if (process.className.isEmpty() || UserProcessRegistry::contains(process.className))
                continue;
            if (const auto problem = catalog.load(process.className))
                errors.append({pathOf(service, name).key(keys::className).toString(), *problem});
        }
    return errors;
}

} // namespace semper
