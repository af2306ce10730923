// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/frame.h"

#include "protocol/keys.h"

#include <QJsonDocument>

#include <array>
#include <chrono>
#include <cstdio>

namespace semper {

QByteArray encodeFrame(const QJsonObject &frame)
{
    return QJsonDocument(frame).toJson(QJsonDocument::Compact).append('\n');
}

QJsonObject makeFrame(QLatin1StringView type, QJsonObject fields)
{
    fields.insert(keys::type, type);
    return fields;
}

QList<QJsonObject> splitFrame(
    const QJsonObject &frame, QLatin1StringView key, const QJsonArray &items)
{
    constexpr qsizetype roomForPartAndLast = 64;
    QJsonObject empty = frame;
    empty.insert(key, QJsonArray());
    const qsizetype room = maximumFrameBytes - encodeFrame(empty).size() - roomForPartAndLast;

    QList<QJsonArray> chunks{{}};
    qsizetype used = 0;
    for (const QJsonValue &item : items) {
        const qsizetype size
            = QJsonDocument(QJsonArray{item}).toJson(QJsonDocument::Compact).size();
        if (used + size > room && !chunks.last().isEmpty()) {
            chunks.append(QJsonArray());
            used = 0;
        }
        chunks.last().append(item);
        used += size;
    }

    QList<QJsonObject> parts;
    for (qsizetype i = 0; i < chunks.size(); ++i) {
        QJsonObject part = frame;
        part.insert(key, chunks.at(i));
        part.insert(keys::part, i + 1);
        part.insert(keys::last, i + 1 == chunks.size());
        parts.append(part);
    }
    return parts;
}

// Not by QDateTime::toString(), which takes about as long as all the rest of an event.
QString wireTime(const QDateTime &time)
{
    using namespace std::chrono;
    if (!time.isValid())
        return {};
    const sys_time<milliseconds> at{milliseconds(time.toMSecsSinceEpoch())};
    const auto midnight = floor<days>(at);
    const year_month_day date(midnight);
    const hh_mm_ss clock(at - midnight);
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        int(date.year()), unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
        int(clock.minutes().count()), int(clock.seconds().count()),
        int(clock.subseconds().count()));
    return QString::fromLatin1(text.data(), size);
}

QJsonValue wireTimeOrNull(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(wireTime(time)) : QJsonValue(QJsonValue::Null);
}

QDateTime fromWireTime(const QJsonValue &value)
{
    return QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
}

} // namespace semper
