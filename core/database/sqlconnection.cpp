// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/sqlconnection.h"

#include "database/columntype.h"
#include "database/sqldialect.h"

#include <semper/databaseerror.h>

#include <QLoggingCategory>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlRecord>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logConnection, "semper.database", QtInfoMsg)

using Driver = DatabaseOptions::Driver;

/// The drivers count their connections without a lock.
std::mutex &driverMutex()
{
    static std::mutex mutex;
    return mutex;
}

/// What it takes in memory, roughly.
[[nodiscard]] qint64 sizeOf(const QVariant &value)
{
    constexpr qint64 other = sizeof(QVariant);
    if (value.typeId() == QMetaType::QString)
        return other + 2 * value.toString().size();
    if (value.typeId() == QMetaType::QByteArray)
        return other + value.toByteArray().size();
    return other;
}

} // namespace

/// Not in Qt's list of connections: what is there is closed at the exit, by the wrong thread.
class SqlConnection::OwnDatabase : public QSqlDatabase
{
public:
    explicit OwnDatabase(const QString &driverName)
        : QSqlDatabase(driverName)
    { }
};

SqlConnection::SqlConnection(DatabaseOptions options)
    : m_options(std::move(options))
    , m_prepared(m_options.preparedStatements)
{ }

SqlConnection::~SqlConnection() = default;

void SqlConnection::open()
{
    const QString name = dialect::driverName(m_options.driver);
    if (!QSqlDatabase::isDriverAvailable(name))
        throw DatabaseError::DriverMissing(
            u"Qt's driver %1 is not installed; Debian's package is %2"_s.arg(
                name, dialect::packageName(m_options.driver)));
    const QString password = dialect::password(m_options);
    {
        const std::lock_guard lock(driverMutex());
        m_database = std::make_unique<OwnDatabase>(name);
    }
    dialect::configure(*m_database, m_options, password);
    if (!m_database->open()) {
        const QString text = m_database->lastError().databaseText().simplified();
        const QString code = m_database->lastError().nativeErrorCode();
        close();
        throw DatabaseError::Unreachable(
            u"%1 cannot be reached: %2"_s.arg(m_options.describe(), text), code);
    }
    {
        const std::lock_guard lock(m_handleMutex);
        m_handle = DriverHandle(*m_database->driver(), m_options.driver);
    }
    try {
        const QStringList texts = dialect::session(m_options);
        for (const QString &text : texts) {
            // SQLite refuses to change the journal while others open the same new file: then one
            // of them does it.
            if (m_options.driver == Driver::Sqlite)
                QSqlQuery(*m_database).exec(text);
            else
                run(text);
        }
        if (!dialect::isEncryptedAsAsked(*m_database, m_options))
            throw DatabaseError::Unreachable(u"the server does not encrypt"_s);
    } catch (const DatabaseError &error) {
        close();
        throw DatabaseError::Unreachable(
            u"%1 cannot be used: %2"_s.arg(m_options.describe(), QString::fromUtf8(error.what())));
    }
    qCDebug(logConnection, "connected to %ls", qUtf16Printable(m_options.describe()));
}

void SqlConnection::close()
{
    {
        const std::lock_guard lock(m_handleMutex);
        m_handle = DriverHandle();
    }
    if (m_database) {
        m_database->close();
        const std::lock_guard lock(driverMutex());
        m_database.reset();
    }
    // Behind the connection, so that nothing is said to a server any more.
    m_prepared.clear();
    m_plain = QSqlQuery();
    m_timeout = std::chrono::milliseconds(-1);
}

void SqlConnection::interrupt()
{
    const std::lock_guard lock(m_handleMutex);
    m_isInterrupted = true;
    m_handle.interrupt();
}

void SqlConnection::permit()
{
    const std::lock_guard lock(m_handleMutex);
    m_isInterrupted = false;
}

void SqlConnection::prepareFor(std::chrono::milliseconds timeout)
{
    if (m_inTransaction && !m_transactionLost.isEmpty())
        throw DatabaseError::Statement(
            u"the transaction was rolled back after an earlier error: "_s + m_transactionLost);
    if (!m_inTransaction && isOpen() && m_handle.isStale()) {
        qCDebug(logConnection, "%ls closed a connection", qUtf16Printable(m_options.describe()));
        close();
    }
    if (!isOpen()) {
        open();
        const std::lock_guard lock(m_handleMutex);
        if (m_isInterrupted)
            throw DatabaseError::TimedOut(u"given up while it connected"_s);
    }
    if (std::exchange(m_timeout, timeout) == timeout)
        return;
    if (const QString text = dialect::timeout(m_options.driver, timeout); !text.isEmpty())
        run(text);
}

void SqlConnection::run(const QString &text)
{
    QSqlQuery query(*m_database);
    if (!query.exec(text))
        fail(query.lastError());
}

QSqlQuery &SqlConnection::start(const SqlStatement &statement)
{
    // PostgreSQL prepares only some statements; those without arguments gain little by it.
    if (statement.arguments.isEmpty()) {
        m_plain = QSqlQuery(*m_database);
        m_plain.setForwardOnly(true);
        if (!m_plain.exec(statement.text))
            fail(m_plain.lastError());
        return m_plain;
    }
    const qsizetype count = statement.arguments.size();
    QSqlQuery *query = m_prepared.find(statement.text, count);
    const bool isKnown = query != nullptr;
    if (!query) {
        QSqlQuery fresh(*m_database);
        fresh.setForwardOnly(true);
        if (!fresh.prepare(statement.text))
            fail(fresh.lastError());
        query = m_prepared.insert(statement.text, count, std::move(fresh));
    }
    for (qsizetype i = 0; i < count; ++i)
        query->bindValue(int(i), statement.arguments.at(i));
    if (query->exec()) {
        if (m_options.driver != Driver::Sqlite || !query->isSelect())
            return *query;
        // Qt's driver writes beyond a row that has got more columns since it was prepared.
        m_plain = std::move(*query);
        m_prepared.remove(statement.text);
        return m_plain;
    }
    const QSqlError error = query->lastError();
    if (!isKnown || m_inTransaction
        || !isOutdated(m_options.driver, error.nativeErrorCode(), statement.text))
        fail(error);
    m_prepared.remove(statement.text);
    return start(statement);
}

SqlResult SqlConnection::execute(const SqlStatement &statement)
{
    prepareFor(statement.timeout);
    SqlResult result;
    QSqlQuery &query = start(statement);
    if (query.isSelect()) {
        result.rows = fetch(query);
    } else {
        result.executed.rows = std::max(0, query.numRowsAffected());
        // PostgreSQL's driver would ask the server, and so spoil a transaction.
        if (m_options.driver != Driver::PostgreSql)
            result.executed.lastInsertId = query.lastInsertId();
    }
    query.finish();
    return result;
}

DatabaseRows SqlConnection::fetch(QSqlQuery &query)
{
    const QSqlRecord record = query.record();
    QStringList columns;
    QList<int> types;
    for (int i = 0; i < record.count(); ++i) {
        columns.append(record.fieldName(i));
        types.append(columnType(m_options.driver, query, i));
    }
    DatabaseRows rows(columns);
    qint64 bytes = 0;
    while (query.next()) {
        QVariantList values;
        values.reserve(types.size());
        for (int i = 0; i < types.size(); ++i) {
            values.append(dialect::normalised(m_options.driver, types.at(i), query.value(i)));
            bytes += sizeOf(values.constLast());
        }
        if (rows.size() == m_options.maximumRows || bytes > m_options.maximumBytes) {
            // The rest would have to be read to be forgotten.
            m_transactionLost = u"a result was too large"_s;
            if (m_options.driver == Driver::Sqlite)
                query.finish();
            else
                close();
            throw DatabaseError::TooLarge(
                u"the result has more than %1 rows or %2 bytes"_s.arg(m_options.maximumRows)
                    .arg(m_options.maximumBytes));
        }
        rows.append(std::move(values));
    }
    if (query.lastError().isValid())
        fail(query.lastError());
    return rows;
}

void SqlConnection::begin(std::chrono::milliseconds timeout)
{
    prepareFor(timeout);
    run(dialect::begin(m_options.driver));
    m_inTransaction = true;
    m_transactionLost.clear();
}

void SqlConnection::commit(std::chrono::milliseconds timeout)
{
    try {
        prepareFor(timeout);
        run(u"COMMIT"_s);
    } catch (...) {
        rollback();
        throw;
    }
    m_inTransaction = false;
}

void SqlConnection::rollback()
{
    if (!std::exchange(m_inTransaction, false) || !isOpen())
        return;
    m_timeout = std::chrono::milliseconds(-1); // rolled back too, if it was set in between
    m_plain = QSqlQuery(*m_database);
    // SQLite may have done so by itself, and then says so.
    if (!m_plain.exec(u"ROLLBACK"_s) && m_options.driver != Driver::Sqlite)
        close();
}

void SqlConnection::fail(const QSqlError &error)
{
    QString sqlState;
    {
        const std::lock_guard lock(m_handleMutex);
        sqlState = m_handle.sqlState();
    }
    const SqlFailure failure = understand(m_options.driver, error, sqlState);
    if (failure.transactionIsLost)
        m_transactionLost = failure.text;
    if (failure.connectionIsLost)
        close();
    else
        m_timeout = std::chrono::milliseconds(-1);
    std::rethrow_exception(failure.error);
}

} // namespace semper
