// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/reloading.h"
#include "spec/configreader.h"

#include <QList>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace semper {

class ControlApi;
class Journal;
class ServiceSide;
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
    ServerConfig &config; ///< the one that the server runs
    Supervisor &supervisor;
    ServiceSide &services;
    ControlApi &control;
    Journal &journal;
    /// Prepares what launches need beyond listeners, or says why it cannot.
    std::function<std::optional<QString>(const ServerConfig &)> prepareLaunches;
};

/// Reads the configuration again and has the server be as it says. All that can go wrong is
/// tried before anything is changed; then nothing can fail any more. One reload follows the other.
/// Supervision's thread; blocks while it reads the file and the metadata of plugins.
class Reload
{
public:
    Reload(ReloadParts parts, ConfigSource source);
    ~Reload();
    Q_DISABLE_COPY_MOVE(Reload)

    /// \a done is called once it is decided. Where 16 wait already, it is refused: "busy".
    void run(const ReloadRequest &request, ReloadDone done);

private:
    struct Attempt;

    [[nodiscard]] std::variant<ServerConfig, ReloadRefusal> read() const;
    void begin();
    [[nodiscard]] std::optional<ReloadRefusal> readAndCompare();
    void prepared(const std::optional<ReloadRefusal> &refusal);
    [[nodiscard]] ReloadResult decide();
    void commit(const ReloadReport &report);
    void finish(const ReloadResult &result);
    qint64 record(const ReloadRequest &request, const ReloadResult &result);

    ReloadParts m_parts;
    ConfigSource m_source;
    std::unique_ptr<Attempt> m_attempt; ///< the one under way
    std::deque<std::pair<ReloadRequest, ReloadDone>> m_waiting;
};

} // namespace semper
