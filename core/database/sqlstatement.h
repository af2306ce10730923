// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaserows.h>
#include <semper/sqlargument.h>

#include <QAnyStringView>
#include <QString>
#include <QVariant>
#include <QVariantList>

#include <chrono>

namespace semper {

/// What a statement that is no query did.
struct Executed
{
    qint64 rows = 0; ///< inserted, changed or deleted
    /// Of the first AUTO_INCREMENT of MariaDB, of the rowid of SQLite. Nothing with PostgreSQL:
    /// there `insert ... returning id` is a query.
    QVariant lastInsertId;
};

/// One statement on its way to a connection: for who writes awaits of his own.
struct SqlStatement
{
    QString text = {};
    QVariantList arguments = {}; ///< one for each ?
    std::chrono::milliseconds timeout{0}; ///< 0: that of the options

    /// \a arguments as toSqlValue() takes them, or one QVariantList with all of them.
    template <class... Arguments>
    [[nodiscard]] static SqlStatement make(QAnyStringView text, const Arguments &...arguments)
    {
        return {.text = text.toString(), .arguments = {toSqlValue(arguments)...}};
    }
    [[nodiscard]] static SqlStatement make(QAnyStringView text, const QVariantList &arguments)
    {
        SqlStatement statement{.text = text.toString()};
        for (const QVariant &argument : arguments)
            statement.arguments.append(toSqlValue(argument));
        return statement;
    }
};

/// What came back.
struct SqlResult
{
    DatabaseRows rows;
    Executed executed;
};

} // namespace semper
