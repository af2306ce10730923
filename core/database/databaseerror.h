// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_database_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// What a database, or the way to it, refused. One class for each thing that an author may want to
/// do about it:
/// \code
/// try {
///     co_await db.execute(u"insert into users (email) values (?)", email);
/// } catch (const semper::DatabaseError::Constraint &) {
///     // there is one already
/// } catch (const semper::DatabaseError &error) {
///     // error.what() says what it was
/// }
/// \endcode
class SEMPER_DATABASE_EXPORT DatabaseError : public std::runtime_error
{
public:
    class DriverMissing; ///< Qt's driver is not installed; the text names Debian's package
    class Unreachable; ///< no connection could be made; nothing was executed
    class ConnectionLost; ///< in the middle: the statement may have been executed, or not
    class Constraint; ///< unique, foreign key, not null or check
    class Busy; ///< a lock, a deadlock or a serialization failure: try the transaction again
    class TimedOut; ///< cancelled, or given up: it may have been executed, or not
    class TooLarge; ///< more rows or bytes than the options allow
    class QueueFull; ///< more statements wait than the options allow; nothing was executed
    class Conversion; ///< a value is not of the type that was asked for, or there is no such column
    class Statement; ///< everything else that the database said no to: syntax, tables, rights

    explicit DatabaseError(const QString &text, QString nativeCode = {}, QString sqlState = {});
    ~DatabaseError() override;

    /// The driver's own: SQLite's extended result code, MariaDB's error number, PostgreSQL's
    /// SQLSTATE. Empty where nothing was asked of the database.
    [[nodiscard]] QString nativeCode() const { return m_nativeCode; }
    /// Five characters; empty where the database knows none, as SQLite.
    [[nodiscard]] QString sqlState() const { return m_sqlState; }

private:
    QString m_nativeCode;
    QString m_sqlState;
};

class SEMPER_DATABASE_EXPORT DatabaseError::DriverMissing : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~DriverMissing() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::Unreachable : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~Unreachable() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::ConnectionLost : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~ConnectionLost() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::Constraint : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~Constraint() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::Busy : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~Busy() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::TimedOut : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~TimedOut() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::TooLarge : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~TooLarge() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::QueueFull : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~QueueFull() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::Conversion : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~Conversion() override;
};

class SEMPER_DATABASE_EXPORT DatabaseError::Statement : public DatabaseError
{
public:
    using DatabaseError::DatabaseError;
    ~Statement() override;
};

} // namespace semper
