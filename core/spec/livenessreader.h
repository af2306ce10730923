// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/surroundings.h"

#include <semper/livenessspec.h>

namespace semper {

/// Reads "liveness" of a process. Complains of what is wrong, of keys that the mode has no use for
/// and of those that it lacks; what it returns is only good if nothing was.
[[nodiscard]] LivenessSpec readLiveness(
    const ObjectReader &reader, const Surroundings &surroundings);

} // namespace semper
