// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/redisreply.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[nodiscard]] QLatin1StringView nameOf(RedisReply::Type type)
{
    switch (type) {
    case RedisReply::Type::Nil:
        return "nil"_L1;
    case RedisReply::Type::Integer:
        return "an integer"_L1;
    case RedisReply::Type::String:
        return "a string"_L1;
    case RedisReply::Type::Status:
        return "a status"_L1;
    case RedisReply::Type::Array:
        return "an array"_L1;
    case RedisReply::Type::Error:
        return "an error"_L1;
    }
    Q_UNREACHABLE();
}

} // namespace

RedisReply RedisReply::integer(qint64 value)
{
    RedisReply reply;
    reply.m_type = Type::Integer;
    reply.m_integer = value;
    return reply;
}

RedisReply RedisReply::text(Type type, const QByteArray &bytes)
{
    RedisReply reply;
    reply.m_type = type;
    reply.m_bytes = bytes;
    return reply;
}

RedisReply RedisReply::array(const QList<RedisReply> &elements)
{
    RedisReply reply;
    reply.m_type = Type::Array;
    reply.m_elements = elements;
    return reply;
}

QByteArray RedisReply::toBytes() const
{
    if (m_type == Type::Integer)
        return QByteArray::number(m_integer);
    if (m_type != Type::String && m_type != Type::Status)
        refuse("a string");
    return m_bytes;
}

QString RedisReply::toText() const
{
    return QString::fromUtf8(toBytes());
}

std::optional<QByteArray> RedisReply::toOptionalBytes() const
{
    return isNil() ? std::nullopt : std::optional(toBytes());
}

qint64 RedisReply::toInteger() const
{
    if (m_type == Type::Integer)
        return m_integer;
    bool isNumber = false;
    const qint64 number = m_type == Type::String ? m_bytes.toLongLong(&isNumber) : 0;
    if (!isNumber)
        refuse("an integer");
    return number;
}

double RedisReply::toDouble() const
{
    if (m_type == Type::Integer)
        return double(m_integer);
    bool isNumber = false;
    const double number = m_type == Type::String ? m_bytes.toDouble(&isNumber) : 0;
    if (!isNumber)
        refuse("a number");
    return number;
}

const QList<RedisReply> &RedisReply::toList() const
{
    if (m_type != Type::Array)
        refuse("an array");
    return m_elements;
}

QList<QByteArray> RedisReply::toBytesList() const
{
    QList<QByteArray> list;
    list.reserve(toList().size());
    for (const RedisReply &element : m_elements)
        list.append(element.toBytes());
    return list;
}

QHash<QByteArray, RedisReply> RedisReply::toMap() const
{
    if (toList().size() % 2 != 0)
        refuse("names and values in turn");
    QHash<QByteArray, RedisReply> map;
    map.reserve(m_elements.size() / 2);
    for (qsizetype i = 0; i < m_elements.size(); i += 2)
        map.insert(m_elements.at(i).toBytes(), m_elements.at(i + 1));
    return map;
}

const RedisReply &RedisReply::at(qsizetype index) const
{
    if (index < 0 || index >= toList().size())
        throw RedisTypeError(
            u"the array has %1 elements, no element %2"_s.arg(m_elements.size()).arg(index));
    return m_elements.at(index);
}

void RedisReply::throwIfError() const
{
    if (isError())
        throw RedisError(m_bytes);
}

bool operator==(const RedisReply &one, const RedisReply &other)
{
    return one.m_type == other.m_type && one.m_integer == other.m_integer
        && one.m_bytes == other.m_bytes && one.m_elements == other.m_elements;
}

void RedisReply::refuse(const char *expected) const
{
    throwIfError();
    throw RedisTypeError(
        u"the answer is %1, not %2"_s.arg(nameOf(m_type), QLatin1StringView(expected)));
}

} // namespace semper
