// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseerror.h>
#include <semper/databaseoptions.h>
#include <semper/semper_database_export.h>
#include <semper/statementrunner.h>
#include <semper/transaction.h>

#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

namespace semper {

class ConnectionPool;
class TaskScope;

/// A database of a user process, or of a service's own code: a pool of connections, each on a
/// thread of its own. \code const semper::Database db(process,
/// u"postgresql://shop@127.0.0.1/shop"); const auto users = co_await db.query<User>(u"select id,
/// name from users where age > ?", 17); co_await db.execute(u"update users set seen = ? where id =
/// ?", now, id); \endcode It connects when it has to, and again when the connection was lost: the
/// statement that was under way fails, the next one has a new connection. After a connection that
/// failed the next is tried after 100 ms, then after twice as long each time, up to 5 s; statements
/// wait for it, and fail with it: an await takes no longer than the next attempt, or its time-out.
///
/// A copy is another handle of the same pool, which closes with the last one, behind the statements
/// that are under way; after a stop these have 1 s. For the thread of the scope; no call blocks.
class SEMPER_DATABASE_EXPORT Database : public StatementRunner
{
public:
    /// \a scope must outlive it and every statement.
    Database(TaskScope &scope, const DatabaseOptions &options);
    /// Throws std::invalid_argument, as DatabaseOptions::fromUrl() does.
    Database(TaskScope &scope, QAnyStringView url);
    ~Database() override;
    Database(const Database &);
    Database &operator=(const Database &);

    /// The same database with another time-out for each statement. It counts from the call; the
    /// server is told to give up as well, SQLite is interrupted.
    [[nodiscard]] Database within(std::chrono::milliseconds timeout) const;

    /// A transaction to commit().
    [[nodiscard]] QCoro::Task<Transaction> begin() const;

    /// All that \a work does, or nothing: commits when its task is done, rolls back when it throws.
    /// \code
    /// co_await db.transaction([&](semper::Transaction &transaction) -> QCoro::Task<> {
    ///     co_await transaction.execute(u"update accounts set sum = sum - ? where id = ?", 5, 1);
    ///     co_await transaction.execute(u"update accounts set sum = sum + ? where id = ?", 5, 2);
    /// });
    /// \endcode
    /// What the task returns, the await returns. Capture by reference only.
    template <class Work>
    requires std::is_invocable_v<Work &, Transaction &>
    [[nodiscard]] std::invoke_result_t<Work &, Transaction &> transaction(Work work) const
    {
        return inTransaction(*this, std::move(work));
    }

    /// For people: where it is, without a password.
    [[nodiscard]] QString describe() const;

private:
    [[nodiscard]] QCoro::Task<SqlResult> run(SqlStatement statement) const override;

    template <class Work>
    static std::invoke_result_t<Work &, Transaction &> inTransaction(Database database, Work work)
    {
        using Result = typename std::invoke_result_t<Work &, Transaction &>::value_type;
        Transaction transaction = co_await database.begin();
        if constexpr (std::is_void_v<Result>) {
            co_await work(transaction);
            co_await transaction.commit();
        } else {
            Result result = co_await work(transaction);
            co_await transaction.commit();
            co_return result;
        }
    }

    std::shared_ptr<ConnectionPool> m_pool;
    std::chrono::milliseconds m_timeout;
};

} // namespace semper
