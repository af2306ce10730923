// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/transaction.h>

#include "database/connectionlease.h"

#include <semper/databaseerror.h>

#include <utility>

namespace semper {

namespace {

/// The lease is kept by what is under way: a statement whose Transaction is gone ends first, then
/// all is rolled back.
QCoro::Task<SqlResult> resultOf(
    std::shared_ptr<ConnectionLease> lease, ConnectionThread::Job job, bool isLast)
{
    const auto request = lease->request(std::move(job), isLast);
    co_await ConnectionPool::perform(lease->pool(), request);
    co_return std::move(request->result);
}

QCoro::Task<> endOf(QCoro::Task<SqlResult> task)
{
    co_await std::move(task);
}

} // namespace

Transaction::Transaction(std::shared_ptr<ConnectionLease> lease)
    : m_lease(std::move(lease))
{ }

Transaction::~Transaction() = default;
Transaction::Transaction(Transaction &&) noexcept = default;
Transaction &Transaction::operator=(Transaction &&) noexcept = default;

QCoro::Task<SqlResult> Transaction::run(SqlStatement statement) const
{
    statement.timeout = m_lease->timeout();
    return resultOf(
        m_lease,
        [statement = std::move(statement)](
            SqlConnection &connection) { return connection.execute(statement); },
        false);
}

QCoro::Task<> Transaction::commit()
{
    const auto timeout = m_lease->timeout();
    return endOf(resultOf(
        m_lease,
        [timeout](SqlConnection &connection) {
            connection.commit(timeout);
            return SqlResult();
        },
        true));
}

QCoro::Task<> Transaction::rollback()
{
    return endOf(resultOf(
        m_lease,
        [](SqlConnection &connection) {
            connection.rollback();
            return SqlResult();
        },
        true));
}

} // namespace semper
