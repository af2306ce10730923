// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_database_export.h>

#include <QAnyStringView>
#include <QJsonValue>
#include <QMap>
#include <QString>

#include <chrono>

namespace semper {

/// Where a database is, and how much of it a process may use.
struct SEMPER_DATABASE_EXPORT DatabaseOptions
{
    enum class Driver { Sqlite, PostgreSql, MariaDb };

    Driver driver = Driver::Sqlite;
    QString name = {}; ///< of the database; with SQLite the file, or ":memory:"
    QString host = {}; ///< a name, an address, or for PostgreSQL the folder of its Unix socket
    QString socket = {}; ///< MariaDB's Unix socket, in place of host and port
    int port = -1; ///< -1: the usual one
    QString user = {};
    QMap<QString, QString> tls = {}; ///< "sslmode", "sslrootcert", "sslcert", "sslkey"

    /// Read anew for each connection, so that a changed password needs no restart. Never logged.
    QString password = {};
    QString passwordFile = {}; ///< its content without line breaks at its end, not password
    QString passwordVariable = {}; ///< of the environment, in place of password

    int connections = 4; ///< at most, each with a thread; opened when needed; ":memory:" has 1
    int queue = 1000; ///< statements that may wait for a connection
    int preparedStatements = 64; ///< kept by each connection
    qint64 maximumRows = 100'000; ///< of one result
    qint64 maximumBytes = 64 * 1024 * 1024; ///< of one result
    std::chrono::milliseconds timeout{30'000}; ///< of one statement, waiting included
    std::chrono::milliseconds connectTimeout{5'000}; ///< of one attempt

    /// sqlite:PATH, sqlite::memory:, postgresql://USER@HOST:PORT/NAME or mariadb://..., behind a
    /// ? any of sslmode, sslrootcert, sslcert and sslkey, host=FOLDER (PostgreSQL) and
    /// socket=PATH (MariaDB). Throws std::invalid_argument; a password is none of it.
    [[nodiscard]] static DatabaseOptions fromUrl(QAnyStringView url);

    /// A URL, or an object: "url", "password_file", "password_variable", "connections", "queue",
    /// "timeout_ms", "connect_timeout_ms", "maximum_rows", "maximum_bytes". Throws
    /// std::invalid_argument with the name of what is wrong, and what would be right.
    [[nodiscard]] static DatabaseOptions fromSettings(const QJsonValue &settings);

    /// For people: driver, user, host and name, never a password.
    [[nodiscard]] QString describe() const;

    friend bool operator==(const DatabaseOptions &, const DatabaseOptions &) = default;
};

} // namespace semper
