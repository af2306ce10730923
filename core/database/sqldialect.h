// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

#include <QString>
#include <QStringList>
#include <QVariant>

#include <chrono>

class QSqlDatabase;

namespace semper::dialect {

// In what the three databases differ, apart from their errors.

/// Qt's name of the driver, and the package of Debian and Ubuntu that has it.
[[nodiscard]] QString driverName(DatabaseOptions::Driver driver);
[[nodiscard]] QString packageName(DatabaseOptions::Driver driver);

/// As it is now, for a new connection. Reads a file; throws DatabaseError::Unreachable where that,
/// or the variable, holds none.
[[nodiscard]] QString password(const DatabaseOptions &options);
/// All that open() needs.
void configure(QSqlDatabase &database, const DatabaseOptions &options, const QString &password);
/// To be executed on each new connection.
[[nodiscard]] QStringList session(const DatabaseOptions &options);
/// Whether a new connection is encrypted, or the options do not ask for it. May ask the server.
[[nodiscard]] bool isEncryptedAsAsked(const QSqlDatabase &database, const DatabaseOptions &options);
/// Has the server give up a statement after \a timeout; empty where there is no server.
[[nodiscard]] QString timeout(DatabaseOptions::Driver driver, std::chrono::milliseconds timeout);
[[nodiscard]] QString begin(DatabaseOptions::Driver driver);

/// A value of a column of that columnType() as it is in UTC, with the precision that it has in the
/// database.
[[nodiscard]] QVariant normalised(
    DatabaseOptions::Driver driver, int columnType, const QVariant &value);

} // namespace semper::dialect
