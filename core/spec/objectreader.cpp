// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/objectreader.h"

#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr std::chrono::milliseconds longestDuration = 24 * 24h; // what a QTimer can count

std::optional<QString> textFault(const QJsonValue &value, bool mayBeEmpty)
{
    if (!value.isString())
        return u"must be a string, not %1"_s.arg(described(value));
    if (value.toString().isEmpty() && !mayBeEmpty)
        return u"must not be empty"_s;
    if (value.toString().contains(QChar(0)))
        return u"must not contain a NUL character"_s;
    return std::nullopt;
}

} // namespace

QString described(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
        return u"null"_s;
    case QJsonValue::Bool:
        return value.toBool() ? u"true"_s : u"false"_s;
    case QJsonValue::Double:
        return QString::number(value.toDouble(), 'g', 15);
    case QJsonValue::String:
        return quoted(value.toString());
    case QJsonValue::Array:
        return u"a list"_s;
    case QJsonValue::Object:
        return u"an object"_s;
    case QJsonValue::Undefined:
        return u"nothing"_s;
    }
    Q_UNREACHABLE();
}

ObjectReader::ObjectReader(
    const QJsonObject &object, JsonPath path, const Vocabulary &keys, ConfigErrors &errors)
    : ObjectReader(object, std::move(path), errors)
{
    for (const QString &key : object.keys())
        if (const auto complaint = keys.complaint(u"key"_s, key))
            complainOf(key, *complaint);
}

ObjectReader::ObjectReader(const QJsonObject &object, JsonPath path, ConfigErrors &errors)
    : m_object(object)
    , m_path(std::move(path))
    , m_errors(errors)
{ }

void ObjectReader::complain(const QString &message) const
{
    m_errors.append({m_path.toString(), message});
}

void ObjectReader::complainOf(const QString &key, const QString &message) const
{
    m_errors.append({at(key).toString(), message});
}

void ObjectReader::require(const QString &key) const
{
    if (!m_object.contains(key))
        complain(u"must have %1"_s.arg(quoted(key)));
}

std::optional<QJsonObject> ObjectReader::object(const QString &key) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    if (value.isObject())
        return value.toObject();
    complainOf(key, u"must be an object, not %1"_s.arg(described(value)));
    return std::nullopt;
}

std::optional<QJsonArray> ObjectReader::array(const QString &key) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    if (value.isArray())
        return value.toArray();
    complainOf(key, u"must be a list, not %1"_s.arg(described(value)));
    return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(const QString &key) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    if (value.isBool())
        return value.toBool();
    complainOf(key, u"must be true or false, not %1"_s.arg(described(value)));
    return std::nullopt;
}

std::optional<QString> ObjectReader::text(const QString &key, bool mayBeEmpty) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    const auto fault = textFault(value, mayBeEmpty);
    if (!fault)
        return value.toString();
    complainOf(key, *fault);
    return std::nullopt;
}

std::optional<QStringList> ObjectReader::texts(const QString &key, bool mayBeEmpty) const
{
    const auto items = array(key);
    if (!items)
        return std::nullopt;
    QStringList texts;
    for (qsizetype i = 0; i < items->size(); ++i) {
        if (const auto fault = textFault(items->at(i), mayBeEmpty))
            m_errors.append({at(key).index(i).toString(), *fault});
        else
            texts.append(items->at(i).toString());
    }
    return texts.size() == items->size() ? std::optional(texts) : std::nullopt;
}

std::optional<QString> ObjectReader::word(
    const QString &key, const QString &kind, const Vocabulary &words) const
{
    const auto value = text(key);
    if (!value)
        return std::nullopt;
    const auto complaint = words.complaint(kind, *value);
    if (!complaint)
        return value;
    complainOf(key, *complaint);
    return std::nullopt;
}

std::optional<int> ObjectReader::integer(const QString &key, int least, int most) const
{
    const auto value = whole(key, least, most, u"a whole number"_s);
    return value ? std::optional(int(*value)) : std::nullopt;
}

std::optional<double> ObjectReader::number(const QString &key, double least, double most) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    if (value.isDouble() && value.toDouble() >= least && value.toDouble() <= most)
        return value.toDouble();
    complainOf(key,
        u"must be a number from %1 to %2, not %3"_s.arg(least).arg(most).arg(described(value)));
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> ObjectReader::duration(
    const QString &key, std::chrono::milliseconds least) const
{
    const auto value
        = whole(key, least.count(), longestDuration.count(), u"a whole number of milliseconds"_s);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
}

std::optional<qint64> ObjectReader::whole(
    const QString &key, qint64 least, qint64 most, const QString &kind) const
{
    if (!has(key))
        return std::nullopt;
    const QJsonValue value = m_object.value(key);
    const double number = value.toDouble();
    if (value.isDouble() && std::trunc(number) == number && number >= double(least)
        && number <= double(most))
        return qint64(number);
    complainOf(key,
        u"must be %1 from %2 to %3, not %4"_s.arg(kind).arg(least).arg(most).arg(described(value)));
    return std::nullopt;
}

} // namespace semper
