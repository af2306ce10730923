// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/sqlargument.h>

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace semper {

// A null QString or QByteArray would become NULL in QtSql: whoever means NULL says so.

QVariant toSqlValue(QStringView text)
{
    return text.isEmpty() ? QVariant(u""_s) : QVariant(text.toString());
}

QVariant toSqlValue(std::string_view utf8)
{
    return toSqlValue(QStringView(QString::fromUtf8(utf8.data(), qsizetype(utf8.size()))));
}

QVariant toSqlValue(const QByteArray &blob)
{
    return blob.isNull() ? QVariant(QByteArray("")) : QVariant(blob);
}

QVariant toSqlValue(const QDateTime &moment)
{
    return moment.isValid() ? QVariant(moment.toUTC()) : toSqlValue(nullptr);
}

QVariant toSqlValue(QDate date)
{
    return date.isValid() ? QVariant(date) : toSqlValue(nullptr);
}

QVariant toSqlValue(QTime time)
{
    return time.isValid() ? QVariant(time) : toSqlValue(nullptr);
}

QVariant toSqlValue(const QUuid &uuid)
{
    return uuid.toString(QUuid::WithoutBraces);
}

QVariant toSqlValue(const QJsonObject &json)
{
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

QVariant toSqlValue(const QJsonArray &json)
{
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

QVariant toSqlValue(std::nullptr_t)
{
    return QVariant(QMetaType::fromType<QString>());
}

QVariant detail::variantToSqlValue(const QVariant &value)
{
    if (value.isNull()) // says NULL itself; a QVariant of an empty text does not
        return toSqlValue(nullptr);
    switch (value.typeId()) {
    case QMetaType::QString:
        return toSqlValue(value.toString());
    case QMetaType::QByteArray:
        return toSqlValue(value.toByteArray());
    case QMetaType::QDateTime:
        return toSqlValue(value.toDateTime());
    case QMetaType::QUuid:
        return toSqlValue(value.toUuid());
    case QMetaType::QJsonObject:
        return toSqlValue(value.toJsonObject());
    case QMetaType::QJsonArray:
        return toSqlValue(value.toJsonArray());
    default:
        return value;
    }
}

} // namespace semper
