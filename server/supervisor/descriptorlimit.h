// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/resource.h>

namespace semper {

/// Raises this process's soft limit of open files to the hard one, once. Children get the
/// original back: some programs misbehave under a large one (select(2), loops over all).
void raiseDescriptorLimit();

/// What the limit was before.
[[nodiscard]] rlimit originalDescriptorLimit();

} // namespace semper
