// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configdiff.h"
#include "spec/configerror.h"

#include <semper/semper_server_export.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <functional>
#include <variant>

namespace semper {

/// Why a reload was refused. It has changed nothing.
struct ReloadRefusal
{
    /// "bad_parameter", "shutting_down", "no_configuration", "bad_configuration",
    /// "needs_restart", "cannot_listen", "service_loop_hangs", "busy"
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

/// What becomes of a process by a reload.
enum class ReloadEffect {
    None, ///< nothing: it obeys what is new from now on
    Start,
    Stop,
    Restart,
    NextStart, ///< it is stopped, and as the configuration says once somebody starts it
    NextRun, ///< its schedule has the next launch be as the configuration says
};

/// "none", "start", "stop", "restart", "next_start", "next_run".
[[nodiscard]] SEMPER_SERVER_EXPORT QLatin1StringView effectName(ReloadEffect effect);

/// A process that is described as before, but an earlier restart was given up, so that some of its
/// instances run as the configuration said before that. They are taken up again.
struct LeftBehind
{
    QString process;
    QString service;
    QList<int> instances;

    [[nodiscard]] JsonPath path() const;
    friend bool operator==(const LeftBehind &, const LeftBehind &) = default;
};

/// What a reload has changed; restarts are under way.
struct ReloadReport
{
    qint64 event = 0; ///< id of the "reload" event; 0 where it only told
    ConfigDifference difference = {};
    QList<ReloadEffect> effects = {}; ///< on each of the difference's processes
    QList<LeftBehind> leftBehind = {}; ///< sorted by name

    /// Processes that stay as they are.
    [[nodiscard]] qsizetype unchanged() const { return difference.unchanged - leftBehind.size(); }
    friend bool operator==(const ReloadReport &, const ReloadReport &) = default;
};

using ReloadResult = std::variant<ReloadReport, ReloadRefusal>;
using ReloadDone = std::function<void(const ReloadResult &result)>;

/// [{"change": "changed", "path": "$.services.http.processes.monitor", "process": "monitor",
/// "keys": ["settings.interval_ms"], "restart": true, "effect": "restart"}, ...]
[[nodiscard]] SEMPER_SERVER_EXPORT QJsonArray toJson(const ReloadReport &report);
/// One line, for the log: "processes: 1 added, 0 removed, 2 changed, 3 unchanged; listeners: http
/// 127.0.0.1:1 -> 127.0.0.1:2".
[[nodiscard]] SEMPER_SERVER_EXPORT QString summaryOf(const ReloadReport &report);
/// [{"path": "$.node", "message": ...}, ...]
[[nodiscard]] SEMPER_SERVER_EXPORT QJsonArray toJson(const ConfigErrors &errors);

} // namespace semper
