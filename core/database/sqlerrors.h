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

/// The error \a nativeCode says that \a text was prepared before its table changed. To prepare and
/// execute it anew does nothing twice.
[[nodiscard]] bool isOutdated(
    DatabaseOptions::Driver driver, const QString &nativeCode, const QString &text);

} // namespace semper
