// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/framereader.h"
#include "protocol/processstatus.h"

#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QObject>

#include <functional>
#include <map>
#include <utility>

namespace semper {

/// Speaks the hub's side of the protocol with watchers and says what a test wants: for states
/// that a real server gets into rarely, or with a thousand processes only.
class ScriptedHub : public QObject
{
    Q_OBJECT
public:
    struct Command
    {
        QString action;
        QString process;
        friend bool operator==(const Command &, const Command &) = default;
    };

    using QObject::QObject;
    ~ScriptedHub() override { die(); }

    /// Replaces a socket file left over at \a path.
    [[nodiscard]] bool listen(const QString &path);
    /// Drops all watchers and goes away, as a killed server does.
    void die();
    /// Takes no new watchers; those that are there stay.
    void stopListening() { m_server.close(); }
    /// Sends all watchers away, and tells them why.
    void dismiss(const QString &code, const QString &detail);
    /// Stops answering and sending, as a stopped server does; its sockets stay open.
    void freeze() { m_frozen = true; }

    [[nodiscard]] qsizetype watchers() const { return qsizetype(m_watchers.size()); }
    [[nodiscard]] const QList<Command> &commands() const { return m_commands; }
    /// From now on commands are refused with \a problem; accepted again with an empty one.
    void refuse(const QString &problem, const QString &code = QStringLiteral("refused"))
    {
        m_refusal = problem;
        m_refusalCode = code;
    }
    /// \a obey runs after each snapshot that a watcher asks for once it has sent a command.
    void whenCommanded(std::function<void()> obey) { m_obey = std::move(obey); }

    void setProcesses(const QList<ProcessStatus> &processes);
    /// Changes or adds a process, and says so.
    void setProcess(const ProcessStatus &process);
    [[nodiscard]] ProcessStatus process(const QString &name, int instance = 0) const;
    void sendMetrics(const QString &name, QJsonObject fields, int instance = 0);
    void sendEvent(const QString &type, const QString &name, QJsonObject fields, int instance = 0);
    void sendLines(
        const QString &name, const QStringList &lines, int dropped = 0, int instance = 0);
    /// The snapshot again, as a watcher gets it that missed frames.
    void sendSnapshot();
    void sendRaw(const QByteArray &bytes);

private:
    void accept();
    void read(QLocalSocket *watcher);
    void answer(QLocalSocket *watcher, const QJsonObject &frame);
    void snapshotTo(QLocalSocket *watcher);
    void broadcast(const QJsonObject &frame);

    QLocalServer m_server;
    std::map<QLocalSocket *, FrameReader> m_watchers;
    QList<ProcessStatus> m_processes;
    QList<QJsonObject> m_events;
    QList<Command> m_commands;
    QString m_refusal;
    QString m_refusalCode;
    std::function<void()> m_obey;
    bool m_frozen = false;
};

/// A process that runs well as \a name; a place to start from.
[[nodiscard]] ProcessStatus runningProcess(const QString &name, int instance = 0);

} // namespace semper
