// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/intent.h"
#include "model/processid.h"

#include "protocol/hubclient.h"
#include "protocol/processstatus.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QObject>
#include <QStringList>

namespace semper::dashboard {

/// The conversation of one watcher with one server, for ever: says hello, subscribes, puts
/// snapshots together, and starts again when the connection was lost. What it delivers is true
/// only while it is live.
class HubSession : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Connecting, ///< never had a snapshot
        Live, ///< a snapshot came, and all that changed since
        Silent, ///< connected, but the server said nothing for too long: it hangs
        Lost ///< was live; tries again
    };
    /// A watched server measures once a second; after this much silence it is asked, and after
    /// twice as much it counts as hung.
    static constexpr std::chrono::seconds silenceLimit{4};

    explicit HubSession(const QString &socketPath, QObject *parent = nullptr);

    void open() { m_client.open(); }
    /// Drops the connection, if there is one, and connects at once.
    void reconnect();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isLive() const { return m_state == State::Live; }
    [[nodiscard]] QString socketPath() const { return m_client.socketPath(); }
    /// Why it is not live, as far as known.
    [[nodiscard]] const QString &problem() const { return m_problem; }
    [[nodiscard]] std::chrono::milliseconds nextAttemptIn() const
    {
        return m_client.nextAttemptIn();
    }
    /// Since the last frame: how old the data is.
    [[nodiscard]] std::chrono::milliseconds age() const;
    /// The server object of the last snapshot.
    [[nodiscard]] const QJsonObject &server() const { return m_server; }

    /// The id that answered() will name; 0, and nothing is sent, unless live.
    qint64 sendCommand(Action action, const ProcessId &process);

Q_SIGNALS:
    void stateChanged();
    void snapshotReceived(const QList<semper::ProcessStatus> &processes, int missed);
    void processChanged(const semper::ProcessStatus &process);
    void metricsReceived(const semper::dashboard::ProcessId &process, const QJsonObject &frame);
    void eventReceived(const QJsonObject &event);
    void linesReceived(const semper::dashboard::ProcessId &process, const QDateTime &at,
        const QStringList &lines, int dropped);
    /// \a problem is empty for a command that was accepted.
    void answered(qint64 id, const QString &problem);

private:
    void greet();
    void subscribe(bool withHistory);
    void read(const QJsonObject &frame);
    void readSnapshot(const QJsonObject &frame);
    void readResult(const QJsonObject &frame);
    void lose(const QString &reason);
    void checkSilence();
    void setState(State state);

    HubClient m_client;
    QTimer m_silenceCheck;
    QElapsedTimer m_lastFrame;
    State m_state = State::Connecting;
    QString m_problem;
    QString m_refusal; ///< the server's own words, before it closes
    QJsonObject m_server;
    QList<ProcessStatus> m_parts; ///< of a snapshot that is not complete yet
    qint64 m_lastCommand = 0;
    bool m_asked = false; ///< for a sign of life
};

} // namespace semper::dashboard
