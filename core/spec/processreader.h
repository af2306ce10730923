// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/processspec.h"
#include "spec/surroundings.h"

namespace semper {

/// Reads one object under "processes", key by key over \a spec; `ready` and `liveness` as a whole.
/// Complains into \a errors; what it returns is only good if nothing was added there.
[[nodiscard]] ProcessSpec readProcess(const QJsonObject &json, const JsonPath &path,
    const Surroundings &surroundings, ConfigErrors &errors, ProcessSpec spec = {});

} // namespace semper
