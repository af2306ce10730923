// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/framereader.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QLocalServer>
#include <QLocalSocket>
#include <QObject>
#include <QPointer>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <chrono>

/// The hub as one process sees it, on a real socket: welcomes, answers service.connections, and
/// keeps every frame.
class TestHub : public QObject
{
    Q_OBJECT
public:
    TestHub();

    void setWelcomes(bool welcomes) { m_welcomes = welcomes; }
    void setSettings(const QJsonObject &settings) { m_settings = settings; }
    /// "ready_mode" of the welcome; empty leaves it out, as an older server does.
    void setReadyMode(const QString &mode) { m_readyMode = mode; }
    void setHeartbeat(int milliseconds) { m_heartbeatMs = milliseconds; }
    void setConnections(int count) { m_connections = count; }
    void setRefusesRequests(bool refuses) { m_refuses = refuses; }

    [[nodiscard]] QString socketPath() const { return m_directory.filePath(QStringLiteral("s")); }
    /// What the server puts into a child's environment.
    [[nodiscard]] QProcessEnvironment environment() const;
    /// Starts \a program as a server starts it.
    void launch(QProcess &process, const QString &program, const QString &className) const;

    void send(const QJsonObject &frame);
    void sendWelcome();
    /// Cuts the connection; a new one is welcomed again.
    void cut();

    [[nodiscard]] int hellos() const { return int(frames(QStringLiteral("hello")).size()); }
    [[nodiscard]] QList<QJsonObject> frames(const QString &type) const;
    [[nodiscard]] QJsonObject latest(const QString &type) const;
    /// In the newest frame "metrics" that there is; -1 where it is not in it.
    [[nodiscard]] double gauge(const QString &name) const;
    [[nodiscard]] double counter(const QString &name) const;
    /// Since the last frame came.
    [[nodiscard]] std::chrono::milliseconds silence() const
    {
        return std::chrono::milliseconds(m_lastFrame.elapsed());
    }
    void forget() { m_frames.clear(); }

private:
    void readFrames();
    void receive(const QJsonObject &frame);

    QTemporaryDir m_directory;
    QLocalServer m_server;
    QPointer<QLocalSocket> m_peer;
    semper::FrameReader m_reader;
    QList<QJsonObject> m_frames;
    QElapsedTimer m_lastFrame;
    QJsonObject m_settings;
    QString m_readyMode;
    bool m_welcomes = true;
    bool m_refuses = false;
    int m_heartbeatMs = 10000;
    int m_connections = 2;
};
