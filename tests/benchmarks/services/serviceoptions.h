// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "measurement.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace semper::bench {

/// What the command line asks for.
struct ServiceOptions
{
    ServicePlan plan; ///< but for its servers
    std::set<std::string> contenders{"semper", "qt", "node"};
    std::filesystem::path json; ///< empty: nowhere
};

/// Nothing where the command line is wrong; standard error was told why.
[[nodiscard]] std::optional<ServiceOptions> parseServiceOptions(int argc, char *argv[]);

} // namespace semper::bench
