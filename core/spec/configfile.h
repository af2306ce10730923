// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/configerror.h"

#include <QByteArray>
#include <QString>

#include <variant>

namespace semper {

/// The bytes of the configuration in \a path, or why they cannot be had: no such file, no regular
/// file, above maximumConfigBytes, or, for root, one that others could change
/// (distrustOfPath()). Does not wait for a
/// pipe's other end.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<QByteArray, ConfigError> readConfigFile(
    const QString &path);

} // namespace semper
