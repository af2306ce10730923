// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/sweepresult.h"

#include <QByteArray>

#include <chrono>

namespace semper {

/// Kills whatever the server run \a run launched and is still alive, and waits until it is gone,
/// at most for \a limit: blocks, and is meant for a start, before anything is launched. Reads all
/// of /proc. This process and those it descends from are never touched, whatever mark they carry.
[[nodiscard]] SweepResult sweepLaunches(const QByteArray &run, std::chrono::milliseconds limit);

} // namespace semper
