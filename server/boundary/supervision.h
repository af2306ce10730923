// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/reloading.h"
#include "boundary/selector.h"
#include "protocol/processstatus.h"

#include <semper/semper_server_export.h>

#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

enum class CommandAction { Start, Stop, Restart, Reset, Signal, Scale };

/// "start", "stop", "restart", "reset", "signal" or "scale"; nothing for any other word.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<CommandAction> commandActionFromString(
    QStringView text);
[[nodiscard]] SEMPER_SERVER_EXPORT QLatin1StringView actionName(CommandAction action);

/// Why a command was refused.
struct CommandError
{
    /// "unknown_process", "unknown_action", "bad_selector", "bad_parameter", "not_running",
    /// "shutting_down"
    QString code;
    QString detail; ///< for people
    friend bool operator==(const CommandError &, const CommandError &) = default;
};

/// What somebody wants done.
struct SupervisionCommand
{
    CommandAction action = CommandAction::Start;
    QString selector = {}; ///< "name" (all its instances), "name:instance" or allProcesses
    QString by = {}; ///< who asked, for the event: "http", "local user 1000"
    int signal = 0; ///< of Signal
    int instances = 0; ///< of Scale

    /// \a parameters as they come over the hub and HTTP: {"signal": "HUP"}, {"instances": 4}.
    [[nodiscard]] SEMPER_SERVER_EXPORT static std::variant<SupervisionCommand, CommandError> read(
        CommandAction action, const QString &selector, const QJsonObject &parameters,
        const QString &by);
    friend bool operator==(const SupervisionCommand &, const SupervisionCommand &) = default;
};

/// The id of the "command" event, or why it was refused.
using CommandResult = std::variant<qint64, CommandError>;

/// What hub, control and services see of the supervisor: questions and commands. Nothing here
/// blocks, but for the services, see DistantSupervision.
class Supervision
{
public:
    virtual ~Supervision() = default;

    /// All instances, sorted by name, then instance, sampled within the last 200 ms.
    [[nodiscard]] virtual QList<ProcessStatus> processes() const = 0;
    /// Those of the process \a name, at the cost of these alone.
    [[nodiscard]] virtual QList<ProcessStatus> statusesOf(const QString &name) const
    {
        QList<ProcessStatus> list = processes();
        list.removeIf([&name](const ProcessStatus &status) { return status.name != name; });
        return list;
    }
    /// The configuration has a process of this name, though perhaps no instance of it is there.
    [[nodiscard]] virtual bool knows(const QString &name) const = 0;
    /// Every enabled process without a schedule is ready, and no shutdown is under way.
    [[nodiscard]] virtual bool allReady() const = 0;
    /// The "server" object: node, version, pid, guardian_pid, started_at, services, ...
    [[nodiscard]] virtual QJsonObject serverObject() const = 0;
    /// Returns when the command is accepted, not when it is done.
    virtual CommandResult command(const SupervisionCommand &command) = 0;
    /// Reads the configuration again and, unless it is a dry run, has the server be as it says.
    /// \a done is called when that is decided, not when the restarts are done; maybe from within.
    virtual void reload(const ReloadRequest &request, ReloadDone done) = 0;
};

} // namespace semper
