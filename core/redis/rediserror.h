// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_redis_export.h>

#include <QByteArray>
#include <QString>

#include <stdexcept>

namespace semper {

/// All that a call to Redis throws, but Stopped. what() never holds a password.
class SEMPER_REDIS_EXPORT RedisFailure : public std::runtime_error
{
public:
    explicit RedisFailure(const QString &text);
    ~RedisFailure() override;
};

/// The server refused: WRONGTYPE, NOAUTH, NOPERM, OOM, ...
class SEMPER_REDIS_EXPORT RedisError : public RedisFailure
{
public:
    /// \a message as the server sent it: "WRONGTYPE Operation against a key ...".
    explicit RedisError(const QByteArray &message);
    ~RedisError() override;

    /// The first word: "WRONGTYPE", or "ERR" for what has no name of its own.
    [[nodiscard]] const QByteArray &code() const noexcept { return m_code; }

private:
    QByteArray m_code;
};

/// There was no connection within the time-out. Nothing was sent: it may be repeated.
class SEMPER_REDIS_EXPORT RedisUnreachable : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisUnreachable() override;
};

/// The connection was lost after the command was sent: nobody knows whether it was done, so it was
/// not repeated.
class SEMPER_REDIS_EXPORT RedisConnectionLost : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisConnectionLost() override;
};

/// It was sent and not answered in time. Nobody knows whether it was done, or still will be.
class SEMPER_REDIS_EXPORT RedisTimeout : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisTimeout() override;
};

/// Too much waits for the server already. Nothing was sent.
class SEMPER_REDIS_EXPORT RedisOverload : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisOverload() override;
};

/// The answer is longer than RedisOptions::maximumReplyBytes. The connection is made anew, as the
/// rest of the answer would still come.
class SEMPER_REDIS_EXPORT RedisReplyTooLarge : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisReplyTooLarge() override;
};

/// The answer is of another type than was asked for: an array where a number was expected.
class SEMPER_REDIS_EXPORT RedisTypeError : public RedisFailure
{
public:
    using RedisFailure::RedisFailure;
    ~RedisTypeError() override;
};

} // namespace semper
