// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/reloading.h"
#include "spec/configreader.h"

#include <QList>

#include <functional>
#include <optional>
#include <variant>

namespace semper {

class ControlApi;
class Journal;
class ServerApplication;
class Service;
class Supervisor;

/// Where a configuration can be had anew.
struct ConfigSource
{
    std::function<ConfigResult()> read; ///< null where there is no file
    QList<ServiceSpec> program; ///< what the program says, over which the file is laid
};

/// What a reload works on. All of it outlives the reload.
struct ReloadParts
{
    ServerApplication &application;
    ServerConfig &config; ///< the one that the server runs
    Supervisor &supervisor;
    ControlApi &control;
    Journal &journal;
    /// A service is about to bind that was not there before; it may yet not come to be.
    std::function<void(Service &)> introduce;
    /// A service has come that was not there before.
    std::function<void(Service &)> serviceAdded;
    /// Prepares what launches need beyond listeners, or says why it cannot.
    std::function<std::optional<QString>(const ServerConfig &)> prepareLaunches;
};

/// Reads the configuration again and has the server be as it says. All that can go wrong is
/// tried before anything is changed; then nothing can fail any more. Main thread; blocks while
/// it reads the file and the metadata of plugins, so two of them are never under way at a time.
class Reload
{
public:
    Reload(ReloadParts parts, ConfigSource source);

    [[nodiscard]] ReloadResult run(const ReloadRequest &request);

private:
    [[nodiscard]] std::variant<ServerConfig, ReloadRefusal> read() const;
    [[nodiscard]] ReloadResult attempt(const ReloadRequest &request);
    void commit(const ServerConfig &config, const ReloadReport &report);
    qint64 record(const ReloadRequest &request, const ReloadResult &result);

    ReloadParts m_parts;
    ConfigSource m_source;
};

} // namespace semper
