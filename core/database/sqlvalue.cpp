// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/sqlvalue.h>

#include "process/utc.h"
#include <semper/databaseerror.h>

#include <QJsonDocument>
#include <QTimeZone>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[noreturn]] void refuse(const SqlPlace &place, QLatin1StringView expected)
{
    throw DatabaseError::Conversion(
        u"%1 in row %2 is no %3"_s.arg(place.column).arg(place.row).arg(expected));
}

[[nodiscard]] bool isText(const QVariant &value)
{
    return value.typeId() == QMetaType::QString || value.typeId() == QMetaType::QByteArray;
}

[[nodiscard]] QJsonDocument toJson(const QVariant &value, const SqlPlace &place)
{
    const QJsonDocument document = QJsonDocument::fromJson(value.toString().toUtf8());
    if (!isText(value) || document.isNull())
        refuse(place, "JSON"_L1);
    return document;
}

} // namespace

namespace detail {

void throwNull(const SqlPlace &place)
{
    throw DatabaseError::Conversion(
        u"%1 in row %2 is NULL: ask for a std::optional"_s.arg(place.column).arg(place.row));
}

qint64 toInteger(const QVariant &value, qint64 least, qint64 greatest, const SqlPlace &place)
{
    bool isNumber = false;
    qint64 number = value.toLongLong(&isNumber);
    if (value.typeId() == QMetaType::Double) {
        const double real = value.toDouble();
        isNumber = real > -9e18 && real < 9e18 && double(qint64(real)) == real;
        number = isNumber ? qint64(real) : 0;
    } else if (value.typeId() == QMetaType::ULongLong) {
        isNumber = std::in_range<qint64>(value.toULongLong());
    }
    if (!isNumber)
        refuse(place, "whole number"_L1);
    if (number < least || number > greatest)
        throw DatabaseError::Conversion(u"%1 in row %2 is not from %3 to %4"_s.arg(place.column)
                                            .arg(place.row)
                                            .arg(least)
                                            .arg(greatest));
    return number;
}

quint64 toUnsigned(const QVariant &value, const SqlPlace &place)
{
    if (value.typeId() == QMetaType::ULongLong || isText(value)) {
        bool isNumber = false;
        const quint64 number = value.toString().toULongLong(&isNumber);
        if (!isNumber)
            refuse(place, "whole number from 0"_L1);
        return number;
    }
    return quint64(toInteger(value, 0, std::numeric_limits<qint64>::max(), place));
}

void read(const QVariant &from, bool &to, const SqlPlace &place)
{
    to = from.typeId() == QMetaType::Bool ? from.toBool() : toInteger(from, 0, 1, place) == 1;
}

void read(const QVariant &from, double &to, const SqlPlace &place)
{
    bool isNumber = false;
    to = from.toDouble(&isNumber);
    if (!isNumber)
        refuse(place, "number"_L1);
}

void read(const QVariant &from, QString &to, const SqlPlace &place)
{
    if (from.typeId() == QMetaType::QDateTime)
        to = from.toDateTime().toString(Qt::ISODateWithMs);
    else if (from.canConvert<QString>())
        to = from.toString();
    else
        refuse(place, "text"_L1);
}

void read(const QVariant &from, QByteArray &to, const SqlPlace &place)
{
    if (!isText(from))
        refuse(place, "blob"_L1);
    to = from.toByteArray();
}

void read(const QVariant &from, QDateTime &to, const SqlPlace &place)
{
    if (from.typeId() == QMetaType::QDate) {
        to = from.toDate().startOfDay(utcZone);
    } else if (from.typeId() == QMetaType::QDateTime) {
        to = from.toDateTime();
    } else if (isText(from)) {
        to = QDateTime::fromString(from.toString(), Qt::ISODateWithMs);
        if (to.timeSpec() == Qt::LocalTime) // as SQLite's datetime('now') says it
            to = QDateTime(to.date(), to.time(), utcZone);
        to = to.toUTC();
    }
    if (!to.isValid())
        refuse(place, "date with a time"_L1);
}

void read(const QVariant &from, QDate &to, const SqlPlace &place)
{
    if (from.typeId() == QMetaType::QDate)
        to = from.toDate();
    else if (isText(from))
        to = QDate::fromString(from.toString(), Qt::ISODate);
    if (!to.isValid())
        refuse(place, "date"_L1);
}

void read(const QVariant &from, QTime &to, const SqlPlace &place)
{
    if (from.typeId() == QMetaType::QTime)
        to = from.toTime();
    else if (isText(from))
        to = QTime::fromString(from.toString(), Qt::ISODateWithMs);
    if (!to.isValid())
        refuse(place, "time"_L1);
}

void read(const QVariant &from, QUuid &to, const SqlPlace &place)
{
    const QByteArray bytes = from.toByteArray();
    if (from.typeId() == QMetaType::QUuid)
        to = from.toUuid();
    else if (from.typeId() == QMetaType::QByteArray && bytes.size() == 16)
        to = QUuid::fromRfc4122(bytes);
    else if (isText(from))
        to = QUuid::fromString(QString::fromUtf8(bytes));
    if (to.isNull() && !from.toString().contains("00000000-0000"_L1))
        refuse(place, "UUID"_L1);
}

void read(const QVariant &from, QJsonObject &to, const SqlPlace &place)
{
    const QJsonDocument document = toJson(from, place);
    if (!document.isObject())
        refuse(place, "JSON object"_L1);
    to = document.object();
}

void read(const QVariant &from, QJsonArray &to, const SqlPlace &place)
{
    const QJsonDocument document = toJson(from, place);
    if (!document.isArray())
        refuse(place, "JSON array"_L1);
    to = document.array();
}

} // namespace detail

} // namespace semper
