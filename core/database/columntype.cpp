// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/columntype.h"

#include "database/driverlibrary.h"

#include <QSqlQuery>
#include <QSqlResult>
#include <QVariant>

#include <cstring>
#include <initializer_list>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// MYSQL_FIELD up to its type, as MariaDB's and MySQL's libraries have it.
/// Source: mysql.h of MariaDB Connector/C.
struct MariaDbField
{
    char *names[7];
    unsigned long lengths[2];
    unsigned int numbers[10];
    int type;
};

/// What \a query holds of the library's, if that is of one of the \a types: the library's name for
/// it, or the one behind that.
[[nodiscard]] void *resultOf(const QSqlQuery &query, std::initializer_list<const char *> types)
{
    const QVariant handle = query.result()->handle();
    for (const char *type : types)
        if (handle.isValid() && std::strcmp(handle.typeName(), type) == 0)
            return *static_cast<void *const *>(handle.constData());
    return nullptr; // a statement that has no result, for one
}

} // namespace

int columnType(DatabaseOptions::Driver driver, const QSqlQuery &query, int column)
{
    switch (driver) {
    case DatabaseOptions::Driver::Sqlite:
        return -1;
    case DatabaseOptions::Driver::PostgreSql: {
        static const auto typeOf
            = findInDriver<unsigned int(const void *, int)>(u"libqsqlpsql.so"_s, "PQftype");
        const void *result = resultOf(query, {"PGresult*", "pg_result*"});
        return result && typeOf ? int(typeOf(result, column)) : -1;
    }
    case DatabaseOptions::Driver::MariaDb: {
        static const auto fieldOf = findInDriver<const MariaDbField *(void *, unsigned int)>(
            u"libqsqlmysql.so"_s, "mysql_fetch_field_direct");
        void *result = resultOf(query, {"MYSQL_RES*", "st_mysql_res*"});
        const MariaDbField *field
            = result && fieldOf ? fieldOf(result, static_cast<unsigned int>(column)) : nullptr;
        return field ? field->type : -1;
    }
    }
    Q_UNREACHABLE();
}

} // namespace semper
