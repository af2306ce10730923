// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/rediserror.h>

namespace semper {

RedisFailure::RedisFailure(const QString &text)
    : std::runtime_error(text.toStdString())
{ }

RedisFailure::~RedisFailure() = default;

RedisError::RedisError(const QByteArray &message)
    : RedisFailure(QString::fromUtf8(message))
    , m_code(message.left(message.indexOf(' ')))
{ }

RedisError::~RedisError() = default;
RedisUnreachable::~RedisUnreachable() = default;
RedisConnectionLost::~RedisConnectionLost() = default;
RedisTimeout::~RedisTimeout() = default;
RedisOverload::~RedisOverload() = default;
RedisReplyTooLarge::~RedisReplyTooLarge() = default;
RedisTypeError::~RedisTypeError() = default;

} // namespace semper
