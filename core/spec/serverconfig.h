// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/journalspec.h"
#include "spec/listenaddress.h"
#include "spec/listenerspec.h"
#include "spec/processspec.h"
#include "spec/servicelimits.h"

#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

#include <chrono>
#include <utility>

namespace semper {

struct ServiceSpec
{
    QString name;
    QString type; ///< "http"
    ListenerSpec main; ///< its own "listen", "tls" and "framing"
    QMap<QString, ListenerSpec> listeners = {}; ///< further ones, by name
    ServiceLimitsSpec limits = {};
    QMap<QString, ProcessSpec> processes; ///< by name

    /// The main one, whose name is empty, and the further ones.
    [[nodiscard]] SEMPER_CORE_EXPORT QMap<QString, ListenerSpec> allListeners() const;
    friend bool operator==(const ServiceSpec &, const ServiceSpec &) = default;
};

/// How the services' event loop is watched.
struct ServiceLoopSpec
{
    /// What happens when it has hung.
    enum class OnHang {
        Tell, ///< an event, the log, the status
        Restart, ///< and the server stops everything and starts anew
    };

    /// It has hung when it did not turn for that long; 0: never.
    std::chrono::milliseconds watchdog{10000};
    OnHang onHang = OnHang::Tell;
    friend bool operator==(const ServiceLoopSpec &, const ServiceLoopSpec &) = default;
};

/// A whole configuration, checked. Every default of the top level stands here.
struct ServerConfig
{
    QString node; ///< defaultNode() where the file names none
    ListenAddress control{.host = QStringLiteral("127.0.0.1"), .port = 18305, .path = {}};
    QList<ServiceSpec> services; ///< sorted by name
    QStringList pluginDirectories; ///< absolute
    std::chrono::milliseconds shutdownTimeout{60000};
    ServiceLoopSpec serviceLoop = {};
    JournalSpec journal = {};
    QString stateDirectory; ///< absolute; defaultStateDirectory(node) where none is named
    QString directory; ///< the configuration's folder: what relative paths start at

    friend bool operator==(const ServerConfig &, const ServerConfig &) = default;
};

/// This host's name made to fit the rule for names; "semper" where nothing of it is left.
[[nodiscard]] SEMPER_CORE_EXPORT QString defaultNode();
/// /var/lib/semper/<node> for root, else $XDG_STATE_HOME/semper/<node>.
[[nodiscard]] SEMPER_CORE_EXPORT QString defaultStateDirectory(const QString &node);

} // namespace semper
