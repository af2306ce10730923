// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/missinghere.h"

#include "protocol/keys.h"
#include "spec/jsonpath.h"
#include "supervisor/launchplan.h"

#include <semper/plugincatalog.h>
#include <semper/registry.h>

#include <optional>

namespace semper {

ConfigErrors missingHere(const ServerConfig &config)
{
    std::optional<PluginCatalog> catalog; // read only where a class asks for it
    ConfigErrors errors;
    for (const ServiceSpec &service : config.services)
        for (const auto &[name, process] : service.processes) {
            const JsonPath services = JsonPath().key(keys::services);
            const JsonPath path = services.key(service.name).key(keys::processes).key(name);
            if (const auto problem = launchProblem(process))
                errors.append({path.toString(), *problem});
            if (process.className.isEmpty() || UserProcessRegistry::contains(process.className))
                continue;
            if (!catalog)
                catalog.emplace(config.pluginDirectories);
            if (const auto problem = catalog->problemWith(process.className))
                errors.append({path.key(keys::className).toString(), *problem});
        }
    return errors;
}

} // namespace semper
