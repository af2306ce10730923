// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"

#include <semper/processspec.h>

namespace semper {

/// Reads when a process runs, from "schedule" and "overlap" of its object in \a reader. Comes after
/// "restart", which means something else for a process with a schedule.
void readSchedule(const ObjectReader &reader, ProcessSpec &spec);

} // namespace semper
