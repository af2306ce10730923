// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QMap>
#include <QString>

#include <optional>
#include <variant>

#include <sys/types.h>

namespace semper {

/// An "environment_file" may have this many bytes.
inline constexpr qsizetype maximumEnvironmentFileBytes = 64 * 1024;

/// Variables by name, or what is wrong, in a sentence: "line 3: is no name of a variable".
using EnvironmentResult = std::variant<QMap<QString, QString>, QString>;

/// Lines NAME=VALUE. Blanks around both are dropped, and a pair of quotes around the value, " or
/// ', is too; nothing is expanded. Empty lines and those that start with # say nothing. A name
/// that comes twice is an error.
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentResult parseEnvironment(const QByteArray &text);

/// What stands in the file \a path. For root, one that others may have written is refused; it may
/// belong to \a owner, as whom the process will run. Reads one small file, and does not wait for a
/// pipe's other end.
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentResult readEnvironmentFile(
    const QString &path, std::optional<uid_t> owner = std::nullopt);

} // namespace semper
