// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/frame.h"

#include "protocol/keys.h"

#include <QJsonDocument>

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

QString wireTime(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODateWithMs);
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
