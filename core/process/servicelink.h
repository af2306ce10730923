// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/semper_core_export.h>

#include <QCoroTask>
#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QString>

#include <chrono>

namespace semper {

class Process;
class ProcessLink;
class Suspension;

/// The service that a user process lives beside. Main thread of the process.
class SEMPER_CORE_EXPORT ServiceLink
{
public:
    static constexpr std::chrono::milliseconds defaultTimeout{5000};

    ServiceLink(Process &process, ProcessLink &link);
    ~ServiceLink();
    Q_DISABLE_COPY_MOVE(ServiceLink)

    /// The connections that are open now, oldest first; asks when called, waits for the answer
    /// when awaited. Throws RequestError when there is none within \a timeout, Stopped on a stop.
    [[nodiscard]] QCoro::Task<QList<Connection>> connections(
        std::chrono::milliseconds timeout = defaultTimeout);

private:
    friend class Process;

    struct Pending
    {
        Suspension *suspension;
        QJsonArray *items; ///< in the frame of the asking coroutine, as the suspension is
    };

    [[nodiscard]] QCoro::Task<QJsonArray> request(
        QString method, std::chrono::milliseconds timeout);
    /// The frame "response", or a part of it. One that nobody waits for any more is dropped.
    void receive(const QJsonObject &response);

    Process &m_process;
    ProcessLink &m_link;
    qint64 m_lastId = 0;
    QMap<qint64, Pending> m_pending;
};

} // namespace semper
