// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace semper::test {

/// A real PostgreSQL or MariaDB with a folder and a loopback port of its own, as an unprivileged
/// user. Every call blocks, for at most 60 s. When it goes, so does the server.
class DatabaseServer
{
public:
    using Driver = DatabaseOptions::Driver;

    explicit DatabaseServer(Driver driver);
    DatabaseServer(const DatabaseServer &) = delete;
    DatabaseServer &operator=(const DatabaseServer &) = delete;
    ~DatabaseServer();

    /// Why there can be no test with it, for QSKIP: a package that is missing. Else empty.
    [[nodiscard]] QString missing() const { return m_missing; }
    /// Makes its folder, the first time, starts it and waits until it answers. False: log() tells.
    [[nodiscard]] bool start();
    /// SIGKILL, and no waiting for anything but its death.
    void kill();
    /// Neither answers nor dies until it is resumed.
    void freeze();
    void resume();
    /// Of itself, in time; else SIGKILL.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }

    /// postgresql://test@127.0.0.1:PORT/test, with the same port for ever.
    [[nodiscard]] QString url() const;
    [[nodiscard]] DatabaseOptions options() const { return DatabaseOptions::fromUrl(url()); }
    [[nodiscard]] QString log();

private:
    [[nodiscard]] bool prepare();
    [[nodiscard]] bool run(const QString &program, const QStringList &arguments);
    [[nodiscard]] QStringList serverArguments() const;
    [[nodiscard]] bool answers() const;
    void signalAll(void (*tell)(qint64 pid)); ///< to it and its children: PostgreSQL's connections
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }

    Driver m_driver;
    QString m_programs; ///< their folder
    QString m_missing;
    QTemporaryDir m_folder;
    quint16 m_port = 0;
    QProcess m_process;
    QString m_user; ///< who it runs as; empty: as this test does
    bool m_isPrepared = false;
    bool m_hasDatabase = false;
    QString m_log;
};

} // namespace semper::test
