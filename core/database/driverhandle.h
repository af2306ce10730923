// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

#include <QtGlobal>

class QSqlDriver;

namespace semper {

/// What QtSql does not offer: to end a statement from another thread, and to see whether the
/// server is still there. Asks the library below the driver, which this library does not link;
/// where that cannot be found, it does nothing.
class DriverHandle
{
public:
    DriverHandle() = default;
    /// Of an open connection.
    DriverHandle(const QSqlDriver &driver, DatabaseOptions::Driver kind);
    ~DriverHandle();
    DriverHandle(DriverHandle &&other) noexcept;
    DriverHandle &operator=(DriverHandle &&other) noexcept;
    Q_DISABLE_COPY(DriverHandle)

    /// Any thread, while the connection is open. SQLite gives up the statement; a connection to a
    /// server is cut, whether or not the server answers.
    void interrupt() const;
    /// The server has closed its end. Does not wait.
    [[nodiscard]] bool isStale() const;
    /// Of the last error of MariaDB's connection; otherwise empty.
    [[nodiscard]] QString sqlState() const;

private:
    void *m_sqlite = nullptr;
    void *m_mariaDb = nullptr;
    void (*m_interrupt)(void *) = nullptr;
    const char *(*m_sqlState)(void *) = nullptr;
    int m_socket = -1; ///< ours: the library's own may be closed, and its number used again
};

} // namespace semper
