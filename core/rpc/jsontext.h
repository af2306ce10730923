// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonValue>
#include <QList>
#include <QString>

namespace semper {

/// One member of an object, or one item of an array, as it was sent.
struct JsonSlice
{
    QString key; ///< empty in an array
    QByteArrayView text; ///< of the value
};

/// Whether brackets stand deeper than \a depth in \a text, which need not be JSON. Looked at first,
/// for a parser recurses.
[[nodiscard]] SEMPER_CORE_EXPORT bool nestsDeeperThan(QByteArrayView text, int depth);

/// Of valid JSON text, which is an object or array: what its outermost brackets hold, in order, an
/// object's keys as often as they were sent. A number is not read here, so that none of its digits
/// gets lost.
[[nodiscard]] SEMPER_CORE_EXPORT QList<JsonSlice> jsonSlices(QByteArrayView text);

/// Whether \a text is a number by the grammar of RFC 8259, which QJsonDocument does not insist on.
[[nodiscard]] SEMPER_CORE_EXPORT bool isJsonNumber(QByteArrayView text);

/// Any value as compact JSON, on one line; "null" for an undefined one.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray toJsonText(const QJsonValue &value);
/// The value that \a text is, of any type; undefined where it is no JSON.
[[nodiscard]] SEMPER_CORE_EXPORT QJsonValue fromJsonText(QByteArrayView text);

} // namespace semper
