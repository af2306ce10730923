// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

#include <QString>

#include <exception>

class QSqlError;

namespace semper {

/// What an error of a database means.
struct SqlFailure
{
    std::exception_ptr error; ///< a DatabaseError
    QString text;
    bool connectionIsLost = false;
    bool transactionIsLost = false; ///< if there was one
};

/// \a sqlState: where the driver has none in its error.
[[nodiscard]] SqlFailure understand(
    DatabaseOptions::Driver driver, const QSqlError &error, const QString &sqlState);

} // namespace semper
