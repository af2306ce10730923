// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace semper::dashboard {

/// Whose colours: the desktop's, or ours.
enum class Appearance { System, Light, Dark };

[[nodiscard]] QString toString(Appearance appearance);
[[nodiscard]] std::optional<Appearance> appearanceFromString(QStringView text);

/// Gives the application the style and palette of \a appearance. Where the desktop has none,
/// System means our light palette.
void applyAppearance(Appearance appearance);

} // namespace semper::dashboard
