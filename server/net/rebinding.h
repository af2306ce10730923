// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>
#include <variant>

namespace semper {

/// A change of address that is prepared: what carries it out, or why it cannot be.
using Rebinding = std::variant<std::function<void()>, QString>;

} // namespace semper
