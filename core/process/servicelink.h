// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/connectionchange.h>
#include <semper/semper_core_export.h>
#include <semper/task.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QObject>
#include <QQueue>
#include <QString>

#include <chrono>

namespace semper {

class Process;
class ProcessLink;
class Suspension;

/// The service that a user process lives beside. Main thread of the process.
class SEMPER_CORE_EXPORT ServiceLink : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds defaultTimeout{5000};

    ServiceLink(Process &process, ProcessLink &link);
    ~ServiceLink() override;

    /// The connections that are open now, oldest first; asks when called, waits for the answer
    /// when awaited. Throws RequestError when there is none within \a timeout, Stopped on a stop.
    [[nodiscard]] QCoro::Task<QList<Connection>> connections(
        std::chrono::milliseconds timeout = defaultTimeout);
    /// Has the signals below tell from now on who comes and who goes, also over a reconnection to
    /// the server. Asks and throws as connections() does.
    [[nodiscard]] QCoro::Task<> watchConnections(
        std::chrono::milliseconds timeout = defaultTimeout);
    /// The next coming or going, oldest first, watching them if need be: then it throws as
    /// watchConnections() does. Up to 1000 wait; what is more is told as missed. One call at a
    /// time.
    [[nodiscard]] QCoro::Task<ConnectionChange> connectionChange();
    /// Has the service ask this client to go; it is cut off after 2 s. False when there is none of
    /// this id any more. Asks and throws as connections() does.
    [[nodiscard]] QCoro::Task<bool> closeConnection(
        quint64 id, std::chrono::milliseconds timeout = defaultTimeout);

Q_SIGNALS:
    void connectionOpened(const semper::Connection &connection);
    /// With what it had taken and sent in the end.
    void connectionClosed(const semper::Connection &connection);
    /// That many comings and goings could not be told: more than 100 in 100 ms, or this process
    /// read too slowly; 0: the server was lost for a while. connections() is the truth.
    void connectionsMissed(qint64 count);

private:
    friend class Process;

    struct Pending
    {
        Suspension *suspension;
        QJsonArray *items; ///< in the frame of the asking coroutine, as the suspension is
    };

    [[nodiscard]] QCoro::Task<QJsonArray> request(
        QString method, QJsonObject params, std::chrono::milliseconds timeout);
    /// The frame "response", or a part of it. One that nobody waits for any more is dropped.
    void receive(const QJsonObject &response);
    /// The frame "connections".
    void receiveChanges(const QJsonObject &frame);
    /// The server is there again, and knows nothing of who watches.
    void watchAgain();
    void tell(const ConnectionChange &change);

    Process &m_process;
    ProcessLink &m_link;
    qint64 m_lastId = 0;
    QMap<qint64, Pending> m_pending;
    bool m_watching = false;
    QQueue<ConnectionChange> m_changes; ///< not yet taken
    QList<Suspension *> m_awaiting; ///< each wants the next change
};

} // namespace semper
