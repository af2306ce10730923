// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QUrl>

#include <utility>

namespace semper::test {

/// A real `semper serve` of one HTTP service, with ports, socket and state of its own. Every call
/// blocks, with an event loop running, for at most 40 s. When it goes, so does the server:
/// by SIGTERM, after 40 s by SIGKILL.
class RunningServer
{
public:
    struct Output
    {
        int exitCode = -1;
        QByteArray standardOutput;
        QByteArray standardError;
    };

    /// \a processes as in the configuration: {"name": {"command": [...]}}. \a top is merged over
    /// the configuration's top level.
    explicit RunningServer(const QJsonObject &processes, const QJsonObject &top = {});
    RunningServer(const RunningServer &) = delete;
    RunningServer &operator=(const RunningServer &) = delete;
    ~RunningServer();

    /// Writes its configuration anew, as the constructor does; nothing is told to the server.
    void configure(const QJsonObject &processes, const QJsonObject &top = {});
    /// The same for a configuration that is wrong.
    void configure(const QByteArray &text);
    /// The hub's socket is \a name in folder(); for a server that is started afterwards.
    void placeSocket(const QString &name);
    /// Starts \a program in place of `semper serve`: a helper that embeds a server.
    void embedIn(const QString &program);
    /// Starts it in a session of its own, where SIGHUP means a reload.
    void leaveTerminal();
    /// Starts it in a session of its own that \a terminal, a descriptor, controls; \a nohup: as
    /// nohup(1) does.
    void takeTerminal(int terminal, bool nohup);
    /// Starts it with the environment of the test as it is now, not as it was when this was made.
    void inheritEnvironment();
    /// Starts it and waits for its line "ready". False: log() tells what it said.
    [[nodiscard]] bool start();
    /// SIGTERM, and the exit code; -1 if it did not end within 40 s, -2 if it crashed.
    int stop();
    /// Everything that it wrote so far, to both outputs.
    [[nodiscard]] QString log();

    [[nodiscard]] qint64 guardianPid() const { return m_process.processId(); }
    [[nodiscard]] qint64 serverPid();
    [[nodiscard]] QString folder() const { return m_folder.path(); }
    [[nodiscard]] QString socketPath() const { return m_folder.filePath(m_socket); }
    [[nodiscard]] QUrl control() const { return m_control; }
    [[nodiscard]] QByteArray token() const;
    /// What survivors() looks for.
    [[nodiscard]] QByteArray mark() const { return m_mark; }
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }

    /// The body of GET \a path with the token; undefined unless the answer is 200.
    [[nodiscard]] QJsonValue get(const QString &path);
    /// POST \a path with the token; the status of the answer, and its body.
    [[nodiscard]] std::pair<int, QJsonObject> post(
        const QString &path, const QByteArray &body = "{}");
    /// Where the service \a name listens, the first of its addresses; empty if there is none.
    [[nodiscard]] QUrl serviceAddress(const QString &name);
    /// The process object of the only instance of \a name; empty if there is none.
    [[nodiscard]] QJsonObject process(const QString &name);
    /// `semper ARGUMENTS --socket ...`.
    [[nodiscard]] Output command(const QStringList &arguments);

private:
    void readOutput();
    [[nodiscard]] QString configFile() const
    {
        return m_folder.filePath(QStringLiteral("semper.json"));
    }

    QTemporaryDir m_folder;
    QString m_socket = QStringLiteral("s");
    QProcess m_process;
    QNetworkAccessManager m_network;
    QByteArray m_mark;
    QByteArray m_output;
    QUrl m_control;
};

/// The program \a name in build/bin, and in build/tests/helpers.
[[nodiscard]] QString builtProgram(const QString &name);
[[nodiscard]] QString helperProgram(const QString &name);

} // namespace semper::test
