// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QLatin1StringView>
#include <QList>

namespace semper {

/// A frame is one JSON object with "type" on one line of UTF-8. Peers may send at most this
/// much, the newline included.
inline constexpr qsizetype maximumFrameBytes = 64 * 1024;

/// The frame as it goes over a socket: compact JSON and a newline.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray encodeFrame(const QJsonObject &frame);

/// A frame of \a type with \a fields beside it.
[[nodiscard]] SEMPER_CORE_EXPORT QJsonObject makeFrame(
    QLatin1StringView type, QJsonObject fields = {});

/// Splits \a items over as many copies of \a frame as it takes for each to stay below
/// maximumFrameBytes; \a key holds the items, "part" counts from 1 and "last" marks the end.
/// Always at least one frame. An item too large for a frame of its own gets one all the same.
[[nodiscard]] SEMPER_CORE_EXPORT QList<QJsonObject> splitFrame(
    const QJsonObject &frame, QLatin1StringView key, const QJsonArray &items);

/// UTC, ISO 8601 with milliseconds: the protocol's only form of a time.
[[nodiscard]] SEMPER_CORE_EXPORT QString wireTime(const QDateTime &time);
/// Null for an invalid time.
[[nodiscard]] SEMPER_CORE_EXPORT QJsonValue wireTimeOrNull(const QDateTime &time);
/// Invalid where \a value is no such text.
[[nodiscard]] SEMPER_CORE_EXPORT QDateTime fromWireTime(const QJsonValue &value);

} // namespace semper
