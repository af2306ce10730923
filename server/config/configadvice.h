// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configerror.h"
#include "spec/serverconfig.h"

namespace semper {

/// What a valid configuration names but this machine does not have now: programs, folders of
/// processes and of plugins. No errors, since it may be there when the server starts, or elsewhere.
[[nodiscard]] ConfigErrors adviceOn(const ServerConfig &config);

} // namespace semper
