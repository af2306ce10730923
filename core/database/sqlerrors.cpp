// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/sqlerrors.h"

#include <semper/databaseerror.h>

#include <QSqlError>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Driver = DatabaseOptions::Driver;

enum class Kind { Statement, Constraint, Busy, TimedOut, ConnectionLost };

/// The primary result codes of SQLite, the low byte of the extended ones.
namespace sqlite {
constexpr int busy = 5;
constexpr int locked = 6;
constexpr int outOfMemory = 7;
constexpr int interrupted = 9;
constexpr int inputOutput = 10;
constexpr int full = 13;
constexpr int constraint = 19;
} // namespace sqlite

/// Error numbers of MariaDB; those from 2000 to 2999 are its client's.
namespace mariadb {
constexpr int shutdownInProgress = 1053;
constexpr int lockWaitTimeout = 1205;
constexpr int deadlock = 1213;
constexpr int queryInterrupted = 1317;
constexpr int connectionKilled = 1927;
constexpr int statementTimeout = 1969;
constexpr int checkViolated = 4025;
constexpr int firstOfClient = 2000;
constexpr int firstOfStatements = 2029; ///< the client's about what is bound and fetched
constexpr int lastOfStatements = 2036;
constexpr int otherColumns = 2057; ///< than when it was prepared
constexpr int lastOfClient = 2999;
} // namespace mariadb

[[nodiscard]] Kind kindForSqlite(int code)
{
    switch (code & 0xff) {
    case sqlite::busy:
    case sqlite::locked:
        return Kind::Busy;
    case sqlite::interrupted:
        return Kind::TimedOut;
    case sqlite::constraint:
        return Kind::Constraint;
    default:
        return Kind::Statement;
    }
}

[[nodiscard]] Kind kindForPostgreSql(const QString &state)
{
    // Without a state it is libpq that speaks: the server no longer does.
    if (state.isEmpty() || state.startsWith("08"_L1) || state.startsWith("57P0"_L1))
        return Kind::ConnectionLost;
    if (state.startsWith("23"_L1))
        return Kind::Constraint;
    if (state == "40001"_L1 || state == "40P01"_L1 || state == "55P03"_L1)
        return Kind::Busy;
    return state == "57014"_L1 ? Kind::TimedOut : Kind::Statement;
}

[[nodiscard]] Kind kindForMariaDb(int code, const QString &state)
{
    switch (code) {
    case mariadb::lockWaitTimeout:
    case mariadb::deadlock:
        return Kind::Busy;
    case mariadb::queryInterrupted:
    case mariadb::statementTimeout:
        return Kind::TimedOut;
    case mariadb::connectionKilled:
    case mariadb::shutdownInProgress:
        return Kind::ConnectionLost;
    case mariadb::checkViolated:
        return Kind::Constraint;
    default:
        break;
    }
    const bool isClients = code >= mariadb::firstOfClient && code <= mariadb::lastOfClient;
    const bool isStatements = code == mariadb::otherColumns
        || (code >= mariadb::firstOfStatements && code <= mariadb::lastOfStatements);
    if (isClients && !isStatements)
        return Kind::ConnectionLost;
    return state.startsWith("23"_L1) ? Kind::Constraint : Kind::Statement;
}

[[nodiscard]] Kind kindOf(Driver driver, const QString &code, const QString &state)
{
    switch (driver) {
    case Driver::Sqlite:
        return kindForSqlite(code.toInt());
    case Driver::PostgreSql:
        return kindForPostgreSql(state);
    case Driver::MariaDb:
        return kindForMariaDb(code.toInt(), state);
    }
    Q_UNREACHABLE();
}

/// Whether the database rolls back by itself, or refuses all that follows.
[[nodiscard]] bool endsTransaction(Driver driver, int code)
{
    switch (driver) {
    case Driver::PostgreSql:
        return true;
    case Driver::MariaDb:
        return code == mariadb::deadlock;
    case Driver::Sqlite:
        switch (code & 0xff) {
        case sqlite::outOfMemory:
        case sqlite::interrupted:
        case sqlite::inputOutput:
        case sqlite::full:
            return true;
        default:
            return false;
        }
    }
    Q_UNREACHABLE();
}

template <class Error>
[[nodiscard]] std::exception_ptr make(
    const QString &text, const QString &code, const QString &state)
{
    return std::make_exception_ptr(Error(text, code, state));
}

[[nodiscard]] std::exception_ptr errorFor(
    Kind kind, const QString &text, const QString &code, const QString &state)
{
    switch (kind) {
    case Kind::Statement:
        return make<DatabaseError::Statement>(text, code, state);
    case Kind::Constraint:
        return make<DatabaseError::Constraint>(text, code, state);
    case Kind::Busy:
        return make<DatabaseError::Busy>(text, code, state);
    case Kind::TimedOut:
        return make<DatabaseError::TimedOut>(text, code, state);
    case Kind::ConnectionLost:
        return make<DatabaseError::ConnectionLost>(text, code, state);
    }
    Q_UNREACHABLE();
}

} // namespace

SqlFailure understand(Driver driver, const QSqlError &error, const QString &sqlState)
{
    const QString code = error.nativeErrorCode();
    const QString state = driver == Driver::PostgreSql ? code : sqlState;
    QString text = error.databaseText().simplified();
    if (text.isEmpty())
        text = error.driverText().simplified();
    const Kind kind = kindOf(driver, code, state);
    const bool isLost = kind == Kind::ConnectionLost;
    if (isLost)
        text = u"the connection was lost, the statement may have been executed: "_s + text;
    return {.error = errorFor(kind, text, code, state),
        .text = text,
        .connectionIsLost = isLost,
        .transactionIsLost = isLost || endsTransaction(driver, code.toInt())};
}

bool isOutdated(Driver driver, const QString &nativeCode, const QString &text)
{
    // PostgreSQL has not begun with it. MariaDB's client only sees it in the answer: so there it
    // must be a query.
    switch (driver) {
    case Driver::Sqlite:
        return false;
    case Driver::PostgreSql:
        return nativeCode == "0A000"_L1;
    case Driver::MariaDb:
        return nativeCode.toInt() == mariadb::otherColumns
            && text.trimmed().startsWith("select"_L1, Qt::CaseInsensitive);
    }
    Q_UNREACHABLE();
}

} // namespace semper
