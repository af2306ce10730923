// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/configerror.h"
#include "spec/jsonpath.h"
#include "spec/serverconfig.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace semper {

enum class ChangeKind { Added, Removed, Changed };

/// What a new configuration means for one process.
struct ProcessChange
{
    ChangeKind kind = ChangeKind::Changed;
    QString name;
    QString service; ///< whose it is from now on; of a removed one, whose it was
    ProcessSpec spec; ///< from now on; of a removed one, until now
    QStringList keys = {}; ///< of a changed one: "settings.interval_ms", "service"
    bool needsRestart = false; ///< of a changed one: a launch that runs cannot take all of it over

    [[nodiscard]] SEMPER_CORE_EXPORT JsonPath path() const;
    friend bool operator==(const ProcessChange &, const ProcessChange &) = default;
};

/// What a new configuration means for one service beside its processes: it comes, goes, or one of
/// its listeners does, or a key of it or of a listener changes.
struct ServiceChange
{
    ChangeKind kind = ChangeKind::Changed;
    QString name;
    ListenAddress listen; ///< from now on; of a removed one, until now
    QString listener = {}; ///< of a further listener; empty for the main one or the service
    QString key = {}; ///< of a changed one: "listen", "tls", "framing", "limits"

    [[nodiscard]] SEMPER_CORE_EXPORT JsonPath path() const;
    friend bool operator==(const ServiceChange &, const ServiceChange &) = default;
};

/// What lies between the configuration that a server runs and a new one.
struct ConfigDifference
{
    QList<ProcessChange> processes = {}; ///< sorted by name
    QList<ServiceChange> services = {}; ///< sorted by name
    QStringList server = {}; ///< keys of the top level: "control.listen"
    qsizetype unchanged = 0; ///< processes that stay as they are
    ConfigErrors fixed = {}; ///< what differs and cannot change while the server runs

    [[nodiscard]] bool isEmpty() const
    {
        return processes.isEmpty() && services.isEmpty() && server.isEmpty() && fixed.isEmpty();
    }
    friend bool operator==(const ConfigDifference &, const ConfigDifference &) = default;
};

/// Pure; both are whole and right.
[[nodiscard]] SEMPER_CORE_EXPORT ConfigDifference differenceOf(
    const ServerConfig &was, const ServerConfig &is);

} // namespace semper
