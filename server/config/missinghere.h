// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configerror.h"
#include "spec/serverconfig.h"

namespace semper {

/// What the processes of \a config need and this machine does not have: classes (of plugins, or
/// of this program), users, groups and limits; and the files of TLS of its services. Reads the
/// metadata of plugins: blocks for milliseconds.
[[nodiscard]] ConfigErrors missingHere(const ServerConfig &config);

/// Loads the plugin of each class that \a config names into this program, for good, and tells which
/// cannot be loaded: a library that is not found, a symbol that is nowhere. For a configuration
/// without missingHere(). Blocks, and runs what the plugins do when they are loaded.
[[nodiscard]] ConfigErrors unloadableHere(const ServerConfig &config);

} // namespace semper
