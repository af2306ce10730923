// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/hubclient.h"
#include "protocol/processstatus.h"
#include "protocol/topics.h"
#include "watch/commandanswer.h"
#include "watch/processid.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QHash>
#include <QJsonObject>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <optional>

namespace semper {

/// What somebody wants to see of a server.
struct WatchOptions
{
    QStringList topics{topics::state};
    HubClient::Reconnect reconnect = HubClient::Reconnect::Never;
    bool pastEvents = false; ///< with each connection, also the newest 5000 of the journal
    /// After this much silence the server is asked for a sign of life, and after twice as much it
    /// counts as hung; zero: never.
    std::chrono::milliseconds silenceLimit{0};
};

/// The conversation of one watcher with one server: says hello, subscribes, puts together what
/// comes in parts, and sends commands. What it tells is true only while it is live. Lives on the
/// thread of its event loop; no call blocks.
class SEMPER_CORE_EXPORT ServerWatch : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Connecting, ///< never had a snapshot
        Live, ///< a snapshot came, and all that changed since
        Silent, ///< connected, but the server said nothing for too long: it hangs
        Lost ///< was live
    };

    explicit ServerWatch(
        const QString &socketPath, WatchOptions options = {}, QObject *parent = nullptr);

    void open() { m_client.open(); }
    /// Drops the connection, if there is one, and connects at once.
    void reconnect();
    /// Asks for another snapshot: afterwards nothing known is older than this call.
    void refresh();
    /// Has the server do \a action for \a selector, "name" or "name:instance"; empty where it is
    /// for no process. \a parameters: {"signal": "HUP"}. The id that answered() will name; 0, and
    /// nothing is sent, unless live.
    qint64 command(
        const QString &action, const QString &selector, const QJsonObject &parameters = {});

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isLive() const { return m_state == State::Live; }
    [[nodiscard]] QString socketPath() const { return m_client.socketPath(); }
    /// How the last connection, or attempt, ended; empty from the first snapshot of the next on.
    [[nodiscard]] const QString &problem() const { return m_problem; }
    /// The code where the server itself ended the last connection: "not_allowed".
    [[nodiscard]] const QString &refusalCode() const { return m_refusalCode; }
    [[nodiscard]] std::chrono::milliseconds nextAttemptIn() const
    {
        return m_client.nextAttemptIn();
    }
    /// Since the last frame: how old the data is.
    [[nodiscard]] std::chrono::milliseconds age() const;
    /// The server object of the last snapshot.
    [[nodiscard]] const QJsonObject &server() const { return m_server; }

Q_SIGNALS:
    void stateChanged();
    /// All processes that there are.
    void snapshotReceived(const QList<semper::ProcessStatus> &processes);
    void processChanged(const semper::ProcessStatus &process);
    /// A frame "metrics" or "sample".
    void metricsReceived(const semper::ProcessId &process, const QJsonObject &frame);
    void eventReceived(const QJsonObject &event);
    void linesReceived(const semper::ProcessId &process, const QDateTime &at,
        const QStringList &lines, int dropped);
    void answered(qint64 id, const semper::CommandAnswer &answer);

private:
    void greet();
    void subscribe(bool withPastEvents);
    void read(const QJsonObject &frame);
    void readSnapshot(const QJsonObject &frame);
    void readResult(const QJsonObject &frame);
    [[nodiscard]] std::optional<QJsonObject> assemble(const QJsonObject &part);
    void lose(const QString &reason);
    void checkSilence();
    void setState(State state);

    HubClient m_client;
    WatchOptions m_options;
    QTimer m_silenceCheck;
    QElapsedTimer m_lastFrame;
    State m_state = State::Connecting;
    QString m_problem;
    QString m_refusalCode;
    std::optional<Refusal> m_refusal; ///< the server's last words, before it closes
    QJsonObject m_server;
    /// What is not complete yet, by the id of its command; 0 for a snapshot.
    QHash<qint64, QJsonObject> m_parts;
    qint64 m_lastCommand = 0;
    bool m_asked = false; ///< for a sign of life
};

} // namespace semper
