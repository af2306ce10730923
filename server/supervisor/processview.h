// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"

#include <QJsonObject>

namespace semper {

class SupervisedProcess;

/// What a process looks like from outside, now.
[[nodiscard]] ProcessStatus statusOf(const SupervisedProcess &process);
/// The newest "metrics" frame: what the process said of itself; without any, empty.
[[nodiscard]] QJsonObject metricsFrameOf(const SupervisedProcess &process);
/// The newest "sample" frame: what the server measured.
[[nodiscard]] QJsonObject sampleFrameOf(const SupervisedProcess &process);

} // namespace semper
