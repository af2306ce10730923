// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QTimeZone>

namespace semper {

/// UTC, for what makes a QDateTime: before Qt 6.5 a Qt::TimeSpec, whose use is deprecated since.
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
inline constexpr QTimeZone::Initialization utcZone = QTimeZone::UTC;
#else
inline constexpr Qt::TimeSpec utcZone = Qt::UTC;
#endif

} // namespace semper
