// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/restartspec.h>

#include <QJsonObject>
#include <QMap>
#include <QString>
#include <QStringList>

#include <chrono>
#include <csignal>
#include <optional>

namespace semper {

/// Whom a stop signals: the process alone, or all of its process group.
enum class StopScope { Process, Group };

/// "stop" in the configuration.
struct StopSpec
{
    int signal = SIGTERM;
    std::chrono::milliseconds timeout{10000}; ///< then SIGKILL
    std::optional<StopScope> scope = {}; ///< nothing: Group for commands, Process for classes
    friend bool operator==(const StopSpec &, const StopSpec &) = default;
};

enum class ReadyMode { Started };

/// "ready" in the configuration.
struct ReadySpec
{
    ReadyMode mode = ReadyMode::Started;
    std::chrono::milliseconds timeout{60000}; ///< not ready by then is a failed start
    friend bool operator==(const ReadySpec &, const ReadySpec &) = default;
};

/// One user process as the configuration, or an embedding program, describes it. Every default
/// of a process stands here and nowhere else.
struct ProcessSpec
{
    QString className = {}; ///< either this
    QStringList command = {}; ///< or this: program and arguments, no shell
    QJsonObject settings = {}; ///< reaches Process::settings()
    QString directory = {}; ///< absolute; empty: the configuration's folder, or the server's
    QMap<QString, QString> environment = {}; ///< merged over the server's own
    bool enabled = true; ///< what "enabled" came to when the configuration was read
    RestartSpec restart = {};
    StopSpec stop = {};
    ReadySpec ready = {};

    [[nodiscard]] bool isCommand() const { return !command.isEmpty(); }
    [[nodiscard]] StopScope stopScope() const
    {
        return stop.scope.value_or(isCommand() ? StopScope::Group : StopScope::Process);
    }
    friend bool operator==(const ProcessSpec &, const ProcessSpec &) = default;
};

} // namespace semper
