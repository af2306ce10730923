// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/configerror.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

#include <sys/stat.h>

namespace semper {

/// The bytes of the configuration in \a path, or why they cannot be had: no such file, no regular
/// file, above maximumConfigBytes, or, for root, one that others may write. Does not wait for a
/// pipe's other end.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<QByteArray, ConfigError> readConfigFile(
    const QString &path);

/// Why root must not obey this file, if somebody else could have written it.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> distrustOfFile(const struct stat &file);
/// Why root must not obey a file in this folder: anybody could put another in its place.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> distrustOfFolder(const struct stat &folder);

} // namespace semper
