// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>
#include <QStringView>

#include <chrono>

class QJsonDocument;

namespace semper {

/// \a text as it may be shown on a terminal: one line, with control characters, and with them
/// escape sequences, replaced. Processes choose their status and title themselves.
[[nodiscard]] SEMPER_SERVER_EXPORT QString printable(const QString &text);

/// \a json for --json: indented, with control characters escaped, so that it is safe to look at.
[[nodiscard]] SEMPER_SERVER_EXPORT QString jsonText(const QJsonDocument &json);

/// Columns that \a text takes on a terminal: none for combining marks, two for wide characters.
[[nodiscard]] SEMPER_SERVER_EXPORT int displayWidth(QStringView text);

/// \a text filled with spaces to \a width columns.
[[nodiscard]] SEMPER_SERVER_EXPORT QString padded(const QString &text, int width);

/// The beginning of \a text that fits \a width columns, with an ellipsis where it was cut.
[[nodiscard]] SEMPER_SERVER_EXPORT QString elided(const QString &text, int width);

/// "350 ms", "4 s", "2 min 5 s", "3 h 12 min", "5 d 3 h".
[[nodiscard]] SEMPER_SERVER_EXPORT QString humanDuration(std::chrono::milliseconds duration);

/// "512 B", "12.3 MiB".
[[nodiscard]] SEMPER_SERVER_EXPORT QString humanBytes(qint64 bytes);

} // namespace semper
