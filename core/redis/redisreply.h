// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/rediserror.h>
#include <semper/semper_redis_export.h>

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace semper {

/// What the server answered: a value, cheap to copy. Reading it as something that it is not throws
/// RedisTypeError, and an error that came inside of a pipeline throws itself, as RedisError.
class SEMPER_REDIS_EXPORT RedisReply
{
public:
    enum class Type { Nil, Integer, String, Status, Array, Error };

    RedisReply() = default; ///< nil
    [[nodiscard]] static RedisReply integer(qint64 value);
    /// A String, Status or Error.
    [[nodiscard]] static RedisReply text(Type type, const QByteArray &bytes);
    [[nodiscard]] static RedisReply array(const QList<RedisReply> &elements);

    [[nodiscard]] Type type() const { return m_type; }
    [[nodiscard]] bool isNil() const { return m_type == Type::Nil; }
    [[nodiscard]] bool isError() const { return m_type == Type::Error; }
    [[nodiscard]] bool isArray() const { return m_type == Type::Array; }

    /// Of a String or a Status; an Integer is written out.
    [[nodiscard]] QByteArray toBytes() const;
    /// The same, from UTF-8.
    [[nodiscard]] QString toText() const;
    /// Nothing for nil.
    [[nodiscard]] std::optional<QByteArray> toOptionalBytes() const;
    /// An Integer, or a String that is a whole number.
    [[nodiscard]] qint64 toInteger() const;
    /// An Integer, or a String that is a number; "inf" and "-inf" too.
    [[nodiscard]] double toDouble() const;
    /// The elements of an Array.
    [[nodiscard]] const QList<RedisReply> &toList() const;
    /// The bytes of each element of an Array.
    [[nodiscard]] QList<QByteArray> toBytesList() const;
    /// An Array of names and values in turn, as HGETALL and CONFIG GET answer.
    [[nodiscard]] QHash<QByteArray, RedisReply> toMap() const;

    /// Of an Array; of anything else 0.
    [[nodiscard]] qsizetype size() const { return m_elements.size(); }
    /// Of an Array; RedisTypeError where there is no such element.
    [[nodiscard]] const RedisReply &at(qsizetype index) const;

    /// Of an Error, as the server sent it; empty for anything else.
    [[nodiscard]] QByteArray errorMessage() const { return isError() ? m_bytes : QByteArray(); }
    /// Throws the RedisError that it is, if it is one.
    void throwIfError() const;

    /// Not defaulted: with a list of itself inside, Qt's traits would ask for it too early.
    friend SEMPER_REDIS_EXPORT bool operator==(const RedisReply &one, const RedisReply &other);

private:
    friend class RedisReader;

    [[noreturn]] void refuse(const char *expected) const;

    Type m_type = Type::Nil;
    qint64 m_integer = 0;
    QByteArray m_bytes;
    QList<RedisReply> m_elements;
};

} // namespace semper
