// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/cause.h"

#include <QDateTime>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace semper {

/// How a launch ended. Exactly one of code and signal is set, none for a launch that failed.
struct ExitReport
{
    QDateTime at = {}; ///< wall time, UTC: to show, never to decide by
    std::optional<int> code = {};
    QString signal = {}; ///< "SIGSEGV"; empty for none
    std::chrono::milliseconds uptime{0};
    bool coreDumped = false;
    std::optional<Cause> cause = {}; ///< why; nothing until that is known
    QStringList lastLines = {}; ///< that it printed, oldest first: 10 of 400 bytes at most

    /// The cause; where that is not known, how it ended: "exited with code 3".
    [[nodiscard]] SEMPER_CORE_EXPORT QString describe() const;
    [[nodiscard]] SEMPER_CORE_EXPORT QJsonObject toJson() const;
    /// Fields that are missing or of a wrong type keep their defaults.
    [[nodiscard]] SEMPER_CORE_EXPORT static ExitReport fromJson(const QJsonObject &json);
    friend bool operator==(const ExitReport &, const ExitReport &) = default;
};

} // namespace semper
