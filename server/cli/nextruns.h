// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/serverconfig.h"

#include <QDateTime>
#include <QString>

namespace semper {

/// A line for each process with a schedule: when it runs next after \a now, by the clocks of its
/// zone. "report: next run Tue 24 Nov 2026 04:30:00 Europe/Berlin".
[[nodiscard]] QString nextRuns(const ServerConfig &config, const QDateTime &now);

} // namespace semper
