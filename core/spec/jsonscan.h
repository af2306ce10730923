// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/configerror.h"

#include <QByteArray>

namespace semper {

/// Objects and arrays may be nested this deep in a configuration.
inline constexpr qsizetype maximumJsonDepth = 32;

/// What a parser that builds values hides: keys that an object has twice, each with its path,
/// and the place, by line and column, where the text stops being JSON in UTF-8.
[[nodiscard]] SEMPER_CORE_EXPORT ConfigErrors scanJson(const QByteArray &bytes);

} // namespace semper
