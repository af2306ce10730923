// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/statementrunner.h>

#include <memory>

namespace semper {

class ConnectionLease;

/// Statements that all happen, or none. It has a connection of its own until it ends: by commit(),
/// by rollback(), or by its destruction, which rolls back in the background; so does an exception
/// or a stop that takes it away. After an error that made the database give the transaction up
/// (with PostgreSQL each one), statements and commit() throw. Its statements run one after the
/// other.
class SEMPER_DATABASE_EXPORT Transaction : public StatementRunner
{
public:
    ~Transaction() override;
    Transaction(Transaction &&) noexcept;
    Transaction &operator=(Transaction &&) noexcept;
    Q_DISABLE_COPY(Transaction)

    /// Once it returns, all is done. When it throws DatabaseError::ConnectionLost or TimedOut,
    /// nobody knows; with any other error nothing is.
    [[nodiscard]] QCoro::Task<> commit();
    [[nodiscard]] QCoro::Task<> rollback();

private:
    friend class Database;

    explicit Transaction(std::shared_ptr<ConnectionLease> lease);
    [[nodiscard]] QCoro::Task<SqlResult> run(SqlStatement statement) const override;

    std::shared_ptr<ConnectionLease> m_lease; ///< shared with statements under way
};

} // namespace semper
