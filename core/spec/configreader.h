// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/configerror.h"
#include "spec/serverconfig.h"
#include "spec/surroundings.h"

#include <QByteArray>

#include <variant>

namespace semper {

/// A configuration may have this many bytes.
inline constexpr qsizetype maximumConfigBytes = 1024 * 1024;

/// A configuration that is right in every detail, or everything that is wrong with it.
using ConfigResult = std::variant<ServerConfig, ConfigErrors>;

/// As much of a configuration as could be understood, and everything that is wrong with it.
struct PartialConfig
{
    ServerConfig config = {};
    ConfigErrors errors = {};
};

/// The same as readConfig() for who wants to look further in spite of errors.
[[nodiscard]] SEMPER_CORE_EXPORT PartialConfig readPartialConfig(
    const QByteArray &bytes, const Surroundings &surroundings);

/// Reads the JSON text of a configuration. Pure: asks nothing but \a surroundings.
[[nodiscard]] SEMPER_CORE_EXPORT ConfigResult readConfig(
    const QByteArray &bytes, const Surroundings &surroundings);

} // namespace semper
