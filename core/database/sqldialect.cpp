// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/sqldialect.h"

#include "process/password.h"
#include "process/utc.h"
#include <semper/databaseerror.h>

#include <QDateTime>
#include <QSqlDatabase>
#include <QSqlQuery>

#include <algorithm>
#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::dialect {

using Driver = DatabaseOptions::Driver;

namespace {

constexpr std::chrono::milliseconds longestBusyWait = 5s;

// Types of columns, see columnType().
constexpr int postgreSqlFloat4 = 700;
constexpr int postgreSqlFloat8 = 701;
constexpr int postgreSqlTimestampWithoutZone = 1114;
constexpr int mariaDbFloat = 4;
constexpr int mariaDbDouble = 5;

[[nodiscard]] qint64 wholeSeconds(std::chrono::milliseconds duration, qint64 least)
{
    return std::max<qint64>(least, (duration.count() + 999) / 1000);
}

[[nodiscard]] QStringList postgreSqlOptions(const DatabaseOptions &options)
{
    // libpq takes less than 2 s for 2 s.
    QStringList list{u"connect_timeout=%1"_s.arg(wholeSeconds(options.connectTimeout, 2)),
        u"application_name=semper"_s};
    for (auto it = options.tls.constBegin(); it != options.tls.constEnd(); ++it)
        list.append(it.key() + u'=' + it.value());
    return list;
}

[[nodiscard]] QStringList mariaDbOptions(const DatabaseOptions &options)
{
    QStringList list{
        u"MYSQL_OPT_CONNECT_TIMEOUT=%1"_s.arg(wholeSeconds(options.connectTimeout, 1))};
    if (!options.socket.isEmpty())
        list.append(u"UNIX_SOCKET="_s + options.socket);
    const QMap<QString, QString> names{{u"sslrootcert"_s, u"SSL_CA"_s},
        {u"sslcert"_s, u"SSL_CERT"_s}, {u"sslkey"_s, u"SSL_KEY"_s}};
    for (auto it = options.tls.constBegin(); it != options.tls.constEnd(); ++it)
        if (const QString name = names.value(it.key()); !name.isEmpty())
            list.append(name + u'=' + it.value());
    return list;
}

[[nodiscard]] bool isReal(Driver driver, int type)
{
    return driver == Driver::PostgreSql ? type == postgreSqlFloat4 || type == postgreSqlFloat8
                                        : type == mariaDbFloat || type == mariaDbDouble;
}

} // namespace

QString driverName(Driver driver)
{
    switch (driver) {
    case Driver::Sqlite:
        return u"QSQLITE"_s;
    case Driver::PostgreSql:
        return u"QPSQL"_s;
    case Driver::MariaDb:
        return u"QMYSQL"_s;
    }
    Q_UNREACHABLE();
}

QString packageName(Driver driver)
{
    switch (driver) {
    case Driver::Sqlite:
        return u"libqt6sql6-sqlite"_s;
    case Driver::PostgreSql:
        return u"libqt6sql6-psql"_s;
    case Driver::MariaDb:
        return u"libqt6sql6-mysql"_s;
    }
    Q_UNREACHABLE();
}

QString password(const DatabaseOptions &options)
{
    try {
        if (!options.passwordVariable.isEmpty())
            return passwordFromVariable(options.passwordVariable);
        return options.passwordFile.isEmpty() ? options.password
                                              : passwordFromFile(options.passwordFile);
    } catch (const std::runtime_error &error) {
        throw DatabaseError::Unreachable(QString::fromUtf8(error.what()));
    }
}

void configure(QSqlDatabase &database, const DatabaseOptions &options, const QString &password)
{
    database.setDatabaseName(options.name);
    database.setNumericalPrecisionPolicy(QSql::HighPrecision); // see normalised()
    QStringList list;
    switch (options.driver) {
    case Driver::Sqlite: {
        const auto wait = std::min(options.timeout, longestBusyWait);
        database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=%1"_s.arg(wait.count()));
        return;
    }
    case Driver::PostgreSql:
        list = postgreSqlOptions(options);
        break;
    case Driver::MariaDb:
        list = mariaDbOptions(options);
        break;
    }
    database.setHostName(options.host);
    database.setPort(options.port);
    database.setUserName(options.user);
    database.setPassword(password);
    database.setConnectOptions(list.join(u';'));
}

QStringList session(const DatabaseOptions &options)
{
    switch (options.driver) {
    case Driver::Sqlite:
        // With a write-ahead log readers do not wait for a writer, nor it for them.
        return {u"PRAGMA journal_mode = WAL"_s, u"PRAGMA foreign_keys = ON"_s};
    case Driver::PostgreSql:
        return {u"SET TIME ZONE 'UTC'"_s};
    case Driver::MariaDb:
        // Its client fetches a whole result before the first row can be counted.
        return {u"SET time_zone = '+00:00'"_s,
            u"SET sql_select_limit = %1"_s.arg(options.maximumRows + 1)};
    }
    Q_UNREACHABLE();
}

bool isEncryptedAsAsked(const QSqlDatabase &database, const DatabaseOptions &options)
{
    // libpq does as it is told; MariaDB's client goes on in plain text where the server has no TLS.
    if (options.driver != Driver::MariaDb || options.tls.isEmpty())
        return true;
    QSqlQuery query(database);
    return query.exec(u"SHOW STATUS LIKE 'Ssl_cipher'"_s) && query.next()
        && !query.value(1).toString().isEmpty();
}

QString timeout(Driver driver, std::chrono::milliseconds timeout)
{
    switch (driver) {
    case Driver::Sqlite:
        return {};
    case Driver::PostgreSql:
        return u"SET statement_timeout = %1"_s.arg(timeout.count());
    case Driver::MariaDb:
        return u"SET max_statement_time = %1"_s.arg(double(timeout.count()) / 1000, 0, 'f', 3);
    }
    Q_UNREACHABLE();
}

QString begin(Driver driver)
{
    switch (driver) {
    case Driver::Sqlite:
        // A transaction that reads first and writes later would fail where another wrote in
        // between; this way it waits for its turn at the start.
        return u"BEGIN IMMEDIATE"_s;
    case Driver::PostgreSql:
        return u"BEGIN"_s;
    case Driver::MariaDb:
        return u"START TRANSACTION"_s;
    }
    Q_UNREACHABLE();
}

QVariant normalised(Driver driver, int columnType, const QVariant &value)
{
    if (value.isNull())
        return {};
    // With high precision the drivers hand out numbers with a point as text, some versions every
    // one. That keeps numeric and decimal exact; of the others nothing is lost as a double.
    if (value.typeId() == QMetaType::QString && isReal(driver, columnType))
        return value.toDouble();
    if (value.typeId() != QMetaType::QDateTime)
        return value;
    const QDateTime moment = value.toDateTime();
    // The session is in UTC, but the drivers may take what has no zone for local time.
    const bool isUnzoned
        = driver != Driver::PostgreSql || columnType == postgreSqlTimestampWithoutZone;
    if (isUnzoned && moment.timeSpec() == Qt::LocalTime)
        return QDateTime(moment.date(), moment.time(), utcZone);
    return moment.toUTC();
}

} // namespace semper::dialect
