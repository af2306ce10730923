// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "database/driverhandle.h"
#include "database/preparedstatements.h"
#include "database/sqlerrors.h"

#include <semper/databaseoptions.h>
#include <semper/sqlstatement.h>

#include <QSqlDatabase>
#include <QSqlQuery>

#include <chrono>
#include <memory>
#include <mutex>

class QSqlError;

namespace semper {

/// One connection by QtSql. Belongs to the thread that first executes something, and blocks it;
/// only interrupt() may be called from others. What fails throws a DatabaseError.
class SqlConnection
{
public:
    explicit SqlConnection(DatabaseOptions options);
    /// After close().
    ~SqlConnection();
    Q_DISABLE_COPY_MOVE(SqlConnection)

    /// Opens it where it is not, or where the server left; not in the middle of a transaction.
    [[nodiscard]] SqlResult execute(const SqlStatement &statement);
    void begin(std::chrono::milliseconds timeout);
    void commit(std::chrono::milliseconds timeout);
    /// Never throws: what cannot be rolled back is cut off.
    void rollback();
    void close();
    [[nodiscard]] bool isOpen() const { return m_database != nullptr; }

    /// Ends what is being executed, if anything is, and has a connection that is being made execute
    /// nothing. Any thread; does not wait.
    void interrupt();
    /// Before each job: what interrupted the one before is over.
    void permit();

private:
    class OwnDatabase;

    void open();
    void prepareFor(std::chrono::milliseconds timeout);
    void run(const QString &text);
    /// Executed, with its rows to be fetched.
    [[nodiscard]] QSqlQuery &start(const SqlStatement &statement);
    [[nodiscard]] DatabaseRows fetch(QSqlQuery &query);
    [[noreturn]] void fail(const QSqlError &error);

    DatabaseOptions m_options;
    std::unique_ptr<OwnDatabase> m_database; ///< only while it is open
    PreparedStatements m_prepared;
    QSqlQuery m_plain; ///< the last one without arguments
    std::chrono::milliseconds m_timeout{-1}; ///< that the server knows; -1: unknown
    bool m_inTransaction = false;
    QString m_transactionLost; ///< why; empty while it is well

    std::mutex m_handleMutex;
    DriverHandle m_handle; ///< by m_handleMutex
    bool m_isInterrupted = false; ///< by m_handleMutex
};

} // namespace semper
