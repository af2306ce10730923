// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

namespace semper::dashboard {

/// The icon \a name (":/icons/NAME.svg"), drawn in the text colour of the application's palette
/// at the moment of painting, crisp at any scale.
[[nodiscard]] QIcon tintedIcon(const QString &name);

} // namespace semper::dashboard
