// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

namespace semper {

/// Thrown by an await that a stop cut short, or that began after the stop. The host takes it as
/// the clean end of run(). No std::exception on purpose: what handles errors lets it through.
struct SEMPER_CORE_EXPORT Stopped
{ };

} // namespace semper
