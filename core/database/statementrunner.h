// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_database_export.h>
#include <semper/sqlstatement.h>
#include <semper/task.h>

#include <QAnyStringView>
#include <QList>

#include <optional>
#include <type_traits>
#include <utility>

namespace semper {

/// What Database and Transaction have in common: statements to await. Each is on its way when the
/// call returns; several at once are fine, with a Database on several connections. A ? in the text
/// stands for an argument: numbers, bool, texts (a narrow one is UTF-8), QByteArray, QDateTime,
/// QDate, QTime, QUuid, QJsonObject, QJsonArray, enums, std::optional of these, nullptr for NULL,
/// or one QVariantList in place of all.
///
/// An await throws DatabaseError, and Stopped on a stop. Main thread; nothing blocks.
class SEMPER_DATABASE_EXPORT StatementRunner
{
public:
    virtual ~StatementRunner();

    /// The rows as DatabaseRows, or with query<T>() as QList<T>: structs of SEMPER_ROW, or the
    /// first column as any other type.
    template <class Row = DatabaseRows, class... Arguments>
    [[nodiscard]] auto query(QAnyStringView text, const Arguments &...arguments) const
    {
        return rowsOf<Row>(run(SqlStatement::make(text, arguments...)));
    }

    /// The first row, as query() would have it, or nothing.
    template <class Row = DatabaseRow, class... Arguments>
    [[nodiscard]] auto first(QAnyStringView text, const Arguments &...arguments) const
    {
        return firstOf<Row>(run(SqlStatement::make(text, arguments...)));
    }

    /// A statement whose rows are of no interest.
    template <class... Arguments>
    [[nodiscard]] QCoro::Task<Executed> execute(
        QAnyStringView text, const Arguments &...arguments) const
    {
        return executedOf(run(SqlStatement::make(text, arguments...)));
    }

protected:
    StatementRunner() = default;
    StatementRunner(const StatementRunner &) = default;
    StatementRunner &operator=(const StatementRunner &) = default;

private:
    [[nodiscard]] virtual QCoro::Task<SqlResult> run(SqlStatement statement) const = 0;

    template <class Row>
    using Rows = std::conditional_t<std::is_same_v<Row, DatabaseRows>, DatabaseRows, QList<Row>>;

    template <class Row>
    static QCoro::Task<Rows<Row>> rowsOf(QCoro::Task<SqlResult> task)
    {
        const SqlResult result = co_await std::move(task);
        if constexpr (std::is_same_v<Row, DatabaseRows>)
            co_return result.rows;
        else
            co_return result.rows.as<Row>();
    }

    template <class Row>
    static QCoro::Task<std::optional<Row>> firstOf(QCoro::Task<SqlResult> task)
    {
        const SqlResult result = co_await std::move(task);
        std::optional<Row> first;
        if (!result.rows.isEmpty()) {
            if constexpr (std::is_same_v<Row, DatabaseRow>)
                first = result.rows[0];
            else
                first = result.rows[0].template as<Row>();
        }
        co_return first;
    }

    static QCoro::Task<Executed> executedOf(QCoro::Task<SqlResult> task);
};

} // namespace semper
