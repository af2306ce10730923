// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

/// How busy and how full this machine is. What could not be read is nothing.
struct HostLoad
{
    std::optional<double> load1m; ///< processes that run or wait for a core, on average
    std::optional<double> load5m;
    std::optional<qint64> memoryUsedBytes; ///< all but what is available
    std::optional<qint64> memoryAvailableBytes; ///< without swapping
    std::optional<double> diskUsedRatio; ///< as `df` counts: of what users may have
    std::optional<qint64> diskFreeBytes; ///< for users

    /// Reads /proc, and asks for the file system that \a path is on: blocks as long as that takes.
    [[nodiscard]] static HostLoad read(const QString &path);
    friend bool operator==(const HostLoad &, const HostLoad &) = default;
};
