// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/surroundings.h"

#include <QStringList>

#include <optional>

namespace semper {

/// The list of texts under "command": a program and its arguments. A program with a slash comes
/// back absolute. Nothing where there is none, or where it is wrong and was complained of.
[[nodiscard]] std::optional<QStringList> readCommand(
    const ObjectReader &reader, const Surroundings &surroundings);

} // namespace semper
