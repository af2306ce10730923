// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/fault.h>
#include <semper/semper_core_export.h>

#include <QString>

namespace semper {

/// The exception that is being handled, for people: "std::out_of_range: no such row".
[[nodiscard]] SEMPER_CORE_EXPORT QString describeCurrentException();
/// The same as a Fault, cut to what a frame can carry.
[[nodiscard]] SEMPER_CORE_EXPORT Fault currentFault();

} // namespace semper
