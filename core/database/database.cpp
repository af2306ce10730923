// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/database.h>

#include "database/connectionlease.h"

#include <utility>

namespace semper {

StatementRunner::~StatementRunner() = default;

QCoro::Task<Executed> StatementRunner::executedOf(QCoro::Task<SqlResult> task)
{
    const SqlResult result = co_await std::move(task);
    co_return result.executed;
}

Database::Database(TaskScope &scope, const DatabaseOptions &options)
    : m_pool(std::make_shared<ConnectionPool>(scope, options))
    , m_timeout(options.timeout)
{ }

Database::Database(TaskScope &scope, QAnyStringView url)
    : Database(scope, DatabaseOptions::fromUrl(url))
{ }

Database::~Database() = default;
Database::Database(const Database &) = default;
Database &Database::operator=(const Database &) = default;

Database Database::within(std::chrono::milliseconds timeout) const
{
    Database other = *this;
    other.m_timeout = timeout;
    return other;
}

QString Database::describe() const
{
    return m_pool->options().describe();
}

namespace {

/// A request, and what came of it. \a pool outlives both.
QCoro::Task<SqlResult> resultOf(
    std::shared_ptr<ConnectionPool> pool, std::shared_ptr<ConnectionPool::Request> request)
{
    co_await ConnectionPool::perform(pool, request);
    co_return std::move(request->result);
}

QCoro::Task<std::shared_ptr<ConnectionLease>> leaseFrom(
    std::shared_ptr<ConnectionPool> pool, std::shared_ptr<ConnectionPool::Request> request)
{
    co_await ConnectionPool::perform(pool, request);
    co_return std::make_shared<ConnectionLease>(pool, request->worker, request->timeout);
}

} // namespace

QCoro::Task<SqlResult> Database::run(SqlStatement statement) const
{
    statement.timeout = m_timeout;
    return resultOf(m_pool,
        std::make_shared<ConnectionPool::Request>(ConnectionPool::Request{
            .job = [statement = std::move(statement)](
                       SqlConnection &connection) { return connection.execute(statement); },
            .timeout = m_timeout}));
}

QCoro::Task<Transaction> Database::begin() const
{
    const auto timeout = m_timeout;
    auto request = std::make_shared<ConnectionPool::Request>(
        ConnectionPool::Request{.job =
                                    [timeout](SqlConnection &connection) {
                                        connection.begin(timeout);
                                        return SqlResult();
                                    },
            .timeout = timeout,
            .leases = true});
    // No member is touched behind the await: the handle may be gone.
    std::shared_ptr<ConnectionLease> lease = co_await leaseFrom(m_pool, std::move(request));
    co_return Transaction(std::move(lease));
}

} // namespace semper
