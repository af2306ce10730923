// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringView>

#include <optional>

namespace semper {

/// Where a supervised process is in its life. phaseName() gives the wire's word.
enum class ProcessPhase { Stopped, Waiting, Starting, Running, Backoff, Stopping, Failed, Done };
enum class Wanted { Up, Down };

[[nodiscard]] SEMPER_CORE_EXPORT QString phaseName(ProcessPhase phase);
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<ProcessPhase> phaseFromString(QStringView text);

} // namespace semper
