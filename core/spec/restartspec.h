// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QList>

#include <chrono>
#include <optional>

namespace semper {

enum class RestartPolicy { Always, OnFailure, Never };

/// What else happens when a process has failed for good.
enum class OnFailed { Ignore, RestartDependents, StopService };

/// When and how fast a process that ended is started again. "restart" in the configuration.
struct RestartSpec
{
    RestartPolicy policy = RestartPolicy::Always;
    std::chrono::milliseconds firstDelay{0}; ///< before the first restart after stable running
    std::chrono::milliseconds backoff{100}; ///< before the second; then multiplied each time
    double multiplier = 2;
    std::chrono::milliseconds backoffMax{30000};
    double jitterRatio = 0.1; ///< each delay is varied by up to this share, both ways
    std::chrono::milliseconds resetAfter{10000}; ///< running this long counts as stable
    std::optional<int> maxRestarts = {}; ///< in a window; beyond it: failed. Nothing: no limit
    std::chrono::milliseconds window{60000};
    QList<int> successCodes = {0}; ///< exit codes that count as success
    OnFailed onFailed = OnFailed::Ignore;

    friend bool operator==(const RestartSpec &, const RestartSpec &) = default;
};

} // namespace semper
