// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "database/connectionpool.h"

#include <chrono>
#include <memory>
#include <utility>

namespace semper {

/// A connection that serves nobody else; released when this goes.
class ConnectionLease
{
public:
    ConnectionLease(std::shared_ptr<ConnectionPool> pool,
        std::shared_ptr<ConnectionPool::Worker> worker, std::chrono::milliseconds timeout)
        : m_pool(std::move(pool))
        , m_worker(std::move(worker))
        , m_timeout(timeout)
    { }
    ~ConnectionLease()
    {
        if (!m_isOver)
            m_pool->release(m_worker);
    }
    Q_DISABLE_COPY_MOVE(ConnectionLease)

    /// A job of the transaction; with \a isLast the lease is over.
    [[nodiscard]] std::shared_ptr<ConnectionPool::Request> request(
        ConnectionThread::Job job, bool isLast = false);
    [[nodiscard]] const std::shared_ptr<ConnectionPool> &pool() const { return m_pool; }
    [[nodiscard]] std::chrono::milliseconds timeout() const { return m_timeout; }

private:
    std::shared_ptr<ConnectionPool> m_pool;
    std::shared_ptr<ConnectionPool::Worker> m_worker;
    std::chrono::milliseconds m_timeout;
    bool m_isOver = false;
};

} // namespace semper
