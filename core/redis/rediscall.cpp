// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/rediscall.h"

#include "redis/redisconnection.h"
#include <semper/taskscope.h>

#include <utility>

namespace semper {

RedisCall::RedisCall(TaskScope &scope, RedisRequest request)
    : m_request(std::move(request))
    , m_suspension(scope, Suspension::OnStop::Throw)
    , m_timer(scope.clock().timer([this] {
        if (m_connection)
            m_connection->timeOut(*this);
    }))
{ }

RedisCall::~RedisCall()
{
    if (m_connection)
        m_connection->forget(*this);
}

void RedisCall::end()
{
    m_connection = nullptr;
    m_timer->stop();
}

} // namespace semper
