// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

class QSqlQuery;

namespace semper {

/// The number that the server gives to the type of a column of an executed \a query, which QtSql
/// tells no more since Qt 6.8: of PostgreSQL's catalog, or of MariaDB's protocol. -1 for SQLite,
/// and where the library below the driver cannot be asked.
[[nodiscard]] int columnType(DatabaseOptions::Driver driver, const QSqlQuery &query, int column);

} // namespace semper
