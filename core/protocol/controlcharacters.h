// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QString>
#include <QStringView>

namespace semper {

/// Whether \a c does something to a terminal, or to how the text around it is read, instead of
/// being shown: C0, DEL and C1, and with them every escape sequence; marks that turn the direction
/// of text, and other invisible format characters; separators of lines and paragraphs. The two
/// joiners that scripts and emoji need are none: they can hide and move nothing.
[[nodiscard]] SEMPER_CORE_EXPORT bool isControlCharacter(char32_t c);

/// \a text with \a substitute for each control character that is not in \a kept. Whatever somebody
/// else has chosen goes through here before a terminal gets it.
[[nodiscard]] SEMPER_CORE_EXPORT QString withoutControls(
    const QString &text, QStringView kept = {}, QChar substitute = QChar::ReplacementCharacter);

/// JSON that means the same as \a json, with its control characters escaped, but for the white
/// space between its parts.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray escapeControls(const QByteArray &json);

} // namespace semper
