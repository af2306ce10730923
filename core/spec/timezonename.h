// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QLatin1StringView>
#include <QString>
#include <QStringList>
#include <QTimeZone>

#include <variant>

namespace semper {

/// The zone that \a name names: "Europe/Berlin", "UTC" or "UTC+02:00". Reads the machine's time
/// zone data. The second alternative says what is wrong.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<QTimeZone, QString> findTimeZone(const QString &name);

/// What to tell somebody who asked for \a name, where only the zones in \a known are there.
[[nodiscard]] SEMPER_CORE_EXPORT QString noTimeZone(const QString &name, const QStringList &known);

/// Says which zone is the machine's, where TZ does not.
inline constexpr QLatin1StringView localTimeFile{"/etc/localtime"};

/// The zone of the machine (TZ, else /etc/localtime). UTC where there is no data for it, which is
/// what the C library does then. Always valid. Reads files.
[[nodiscard]] SEMPER_CORE_EXPORT QTimeZone localTimeZone();

/// The zone whose data \a path leads to, or is a copy of: "Europe/Berlin". Empty where it is none,
/// or none that can be told. Reads files.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray timeZoneOfFile(const QString &path);

} // namespace semper
