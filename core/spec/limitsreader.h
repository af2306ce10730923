// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/surroundings.h"

#include <semper/limitsspec.h>

namespace semper {

/// Reads what a process may use and as whom it runs, from the keys of its object in \a reader.
/// Complains there; what it returns is only good if nothing was added.
void readLimits(const ObjectReader &reader, const Surroundings &surroundings, LimitsSpec &limits);

} // namespace semper
