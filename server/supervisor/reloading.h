// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configdiff.h"
#include "spec/configerror.h"

#include <semper/semper_server_export.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <variant>

namespace semper {

/// Why a reload was refused. It has changed nothing.
struct ReloadRefusal
{
    /// "bad_parameter", "shutting_down", "no_configuration", "bad_configuration",
    /// "needs_restart", "cannot_listen"
    QString code;
    QString detail; ///< for people
    ConfigErrors errors = {}; ///< where, as far as that is known
    friend bool operator==(const ReloadRefusal &, const ReloadRefusal &) = default;
};

/// That somebody wants the configuration read again.
struct ReloadRequest
{
    bool dryRun = false; ///< only tell what would change
    QString by = {}; ///< who asked, for the event: "http", "SIGHUP"

    /// \a parameters as they come over the hub and HTTP: {"dry_run": true}.
    [[nodiscard]] SEMPER_SERVER_EXPORT static std::variant<ReloadRequest, ReloadRefusal> read(
        const QJsonObject &parameters, const QString &by);
    friend bool operator==(const ReloadRequest &, const ReloadRequest &) = default;
};

/// What a reload has changed; restarts are under way.
struct ReloadReport
{
    qint64 event = 0; ///< id of the "reload" event; 0 where it only told
    ConfigDifference difference = {};
    friend bool operator==(const ReloadReport &, const ReloadReport &) = default;
};

using ReloadResult = std::variant<ReloadReport, ReloadRefusal>;

/// [{"change": "changed", "path": "$.services.http.processes.monitor", "process": "monitor",
/// "keys": ["settings.interval_ms"], "restart": true}, ...]
[[nodiscard]] SEMPER_SERVER_EXPORT QJsonArray toJson(const ConfigDifference &difference);
/// [{"path": "$.node", "message": ...}, ...]
[[nodiscard]] SEMPER_SERVER_EXPORT QJsonArray toJson(const ConfigErrors &errors);

} // namespace semper
