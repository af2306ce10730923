// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/cause.h"
#include "protocol/exitreport.h"
#include "protocol/processphase.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace semper {

/// "worker:2", and "worker" for instance 0: for logs.
[[nodiscard]] SEMPER_CORE_EXPORT QString processLabel(const QString &name, int instance);

/// One instance of a process as the API, the hub and the command line show it: the
/// protocol's "process object".
struct ProcessStatus
{
    QString name;
    int instance = 0;
    QString service = {};
    QString className = {}; ///< empty for a command
    QStringList command = {}; ///< empty for a class
    ProcessPhase state = ProcessPhase::Stopped;
    Wanted wanted = Wanted::Up;
    bool ready = false;
    /// Heartbeats arrive, and probes of its liveness succeed; nothing where neither is expected.
    std::optional<bool> alive = {};
    bool critical = false; ///< people are asked before they end it
    std::optional<qint64> pid = {};
    /// Its event loop turns, and it gets nothing done.
    bool stalled = false;
    int restarts = 0; ///< relaunches that nobody asked for
    int restartsIn10Minutes = 0; ///< of them, in the last 10 minutes
    int restartsInAnHour = 0; ///< likewise
    int standby = 0; ///< hosts that wait to take over, for any instance of this name
    bool outdated = false; ///< its launch runs as the configuration said before
    bool clearing = false; ///< what its last launch left behind is being ended
    QDateTime startedAt = {}; ///< invalid while no launch is alive
    std::chrono::milliseconds uptime{0};
    QDateTime nextStartAt = {}; ///< invalid unless in backoff
    QString reason = {}; ///< the cause as an English sentence
    std::optional<Cause> cause = {}; ///< nothing while nothing went wrong
    std::optional<ExitReport> lastExit = {};
    QList<ExitReport> deaths = {}; ///< the last ten ends of launches, the newest first
    double cpuRatio = 0; ///< 1 is one core
    qint64 memoryBytes = 0; ///< resident
    std::optional<std::chrono::milliseconds> loopLag = {};
    QString status = {}; ///< as the process said of itself
    QString title = {}; ///< as `ps` shows it; the name until the process sets one

    /// It is to end, SIGKILL was sent, and it is still there.
    [[nodiscard]] SEMPER_CORE_EXPORT bool isUnkillable() const;
    /// The cause as describe() says it; the reason where its code is not known here.
    [[nodiscard]] SEMPER_CORE_EXPORT QString explain() const;
    [[nodiscard]] SEMPER_CORE_EXPORT QJsonObject toJson() const;
    /// Fields that are missing or of a wrong type keep their defaults.
    [[nodiscard]] SEMPER_CORE_EXPORT static ProcessStatus fromJson(const QJsonObject &json);
    friend bool operator==(const ProcessStatus &, const ProcessStatus &) = default;
};

} // namespace semper
