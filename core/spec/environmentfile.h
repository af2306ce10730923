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

/// Lines NAME=VALUE, or export NAME=VALUE. Blanks around both are dropped. A value in quotes, " or
/// ', may go on over several lines, and a comment may stand behind it; nothing is expanded. Empty
/// lines and those that start with # say nothing. A name that comes twice is an error. What is
/// wrong is told without what stands there, which may be a secret.
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentResult parseEnvironment(const QByteArray &text);

/// What a file has, or why it is not obeyed.
using EnvironmentBytes = std::variant<QByteArray, QString>;

/// The two halves of readEnvironmentFile(). The first one touches nothing but the file system, and
/// may be called on any thread.
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentBytes readEnvironmentBytes(
    const QString &path, std::optional<uid_t> owner = std::nullopt);
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentResult parseEnvironmentFile(
    const QString &path, const EnvironmentBytes &bytes);

/// What stands in the file \a path. For root, one that others may have written is refused; it may
/// belong to \a owner, as whom the process will run. Reads one small file, and does not wait for a
/// pipe's other end.
[[nodiscard]] SEMPER_CORE_EXPORT EnvironmentResult readEnvironmentFile(
    const QString &path, std::optional<uid_t> owner = std::nullopt);

} // namespace semper
