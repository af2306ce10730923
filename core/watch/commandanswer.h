// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include <optional>

namespace semper {

/// Why a server refuses a command, or a watcher.
struct Refusal
{
    QString code;
    QString detail; ///< the server's words; the code where it has none
};

/// What a server answers to a command.
struct CommandAnswer
{
    QJsonObject result; ///< the whole frame, its parts put together
    std::optional<Refusal> refusal; ///< nothing where the server accepted the command
};

} // namespace semper
