// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>

#include <chrono>
#include <optional>

namespace semper {

/// What a launch may use, and as whom it runs. Keys of a process in the configuration.
struct LimitsSpec
{
    std::optional<qint64> memoryMaxBytes = {}; ///< beyond it, shared counted once, it is restarted
    std::optional<double> cpuMaxRatio = {}; ///< over a minute, 1 is one core; beyond it: a warning
    QMap<QString, qint64> rlimits = {}; ///< "nofile": soft and hard limit; -1 is infinity
    std::optional<int> nice = {}; ///< -20 to 19
    QString user = {}; ///< as root only; empty: the server's
    QString runAsGroup = {}; ///< as root only; empty: that of the user
    std::optional<int> umask = {}; ///< 0 to 0777
    std::optional<std::chrono::milliseconds> maxAge = {}; ///< then it is restarted
    friend bool operator==(const LimitsSpec &, const LimitsSpec &) = default;
};

} // namespace semper
