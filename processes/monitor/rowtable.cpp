// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rowtable.h"

#include <QDir>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>

#include <utility>

using namespace Qt::StringLiterals;

namespace {

template <class T>
[[nodiscard]] QVariant orNull(const std::optional<T> &value)
{
    return value ? QVariant(*value) : QVariant();
}

void bind(QSqlQuery &query, const Measurement &row)
{
    const QVariant values[] = {row.at.toUTC().toString(Qt::ISODateWithMs), row.process,
        row.instance, orNull(row.connections), orNull(row.host.load1m), orNull(row.host.load5m),
        orNull(row.host.memoryUsedBytes), orNull(row.host.memoryAvailableBytes),
        orNull(row.host.diskUsedRatio), orNull(row.host.diskFreeBytes)};
    int position = 0;
    for (const QVariant &value : values)
        query.bindValue(position++, value);
}

} // namespace

RowTable::RowTable(QString file, qint64 keepRows)
    : m_file(std::move(file))
    , m_keepRows(keepRows)
    , m_connection(QUuid::createUuid().toString(QUuid::WithoutBraces))
{ }

RowTable::~RowTable()
{
    close();
}

QString RowTable::write(const QList<Measurement> &rows)
{
    QString problem = open();
    if (problem.isEmpty())
        problem = insert(rows);
    if (!problem.isEmpty())
        close();
    return problem;
}

QString RowTable::open()
{
    if (QSqlDatabase::contains(m_connection))
        return {};
    QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_connection);
    const QString folder = QFileInfo(m_file).absolutePath();
    if (!QDir().mkpath(folder))
        return u"cannot make the folder %1"_s.arg(folder);
    database.setDatabaseName(m_file);
    database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=2000"_s);
    if (!database.open())
        return u"%1: %2"_s.arg(m_file, database.lastError().text());
    QSqlQuery query(database);
    for (const QString &statement :
        {u"PRAGMA journal_mode = WAL"_s, u"PRAGMA synchronous = NORMAL"_s,
            u"CREATE TABLE IF NOT EXISTS measurements (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
            " process TEXT NOT NULL, instance INTEGER NOT NULL, connections INTEGER,"
            " load_1m REAL, load_5m REAL, memory_used_bytes INTEGER,"
            " memory_available_bytes INTEGER, disk_used_ratio REAL, disk_free_bytes INTEGER)"_s}) {
        if (!query.exec(statement))
            return u"%1: %2"_s.arg(m_file, query.lastError().text());
    }
    return {};
}

QString RowTable::insert(const QList<Measurement> &rows)
{
    QSqlDatabase database = QSqlDatabase::database(m_connection, false);
    const auto fail = [this, &database](const QSqlError &error) {
        database.rollback();
        return u"%1: %2"_s.arg(m_file, error.text());
    };
    if (!database.transaction())
        return fail(database.lastError());
    QSqlQuery query(database);
    bool done = query.prepare(
        u"INSERT INTO measurements (at, process, instance, connections, load_1m, load_5m,"
        " memory_used_bytes, memory_available_bytes, disk_used_ratio, disk_free_bytes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"_s);
    for (const Measurement &row : rows) {
        bind(query, row);
        done = done && query.exec();
    }
    if (!done)
        return fail(query.lastError());
    if (!query.prepare(u"DELETE FROM measurements WHERE id <="
                       " (SELECT max(id) FROM measurements) - ?"_s))
        return fail(query.lastError());
    query.bindValue(0, m_keepRows);
    if (!query.exec())
        return fail(query.lastError());
    query.finish();
    if (!database.commit())
        return fail(database.lastError());
    return {};
}

void RowTable::close()
{
    if (QSqlDatabase::contains(m_connection))
        QSqlDatabase::removeDatabase(m_connection);
}
