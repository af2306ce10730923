// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/supervisedprocess.h"

#include <QJsonObject>
#include <QObject>
#include <QPointer>

#include <chrono>

namespace semper {

class HubConnection;

/// The hub's side of a launch that said hello: what it tells of itself reaches the supervised
/// process, what it asks is passed on. Ends with its connection.
class ProcessSession : public QObject
{
    Q_OBJECT
public:
    /// Sends the welcome. A child of \a connection.
    ProcessSession(HubConnection *connection, SupervisedProcess *process);

    [[nodiscard]] SupervisedProcess *process() const { return m_process; }
    [[nodiscard]] HubConnection *connection() const { return m_connection; }
    void requestStop(std::chrono::milliseconds limit);

Q_SIGNALS:
    void messageReceived(const QJsonObject &payload);
    /// The frame "response", to what the hub asked.
    void answered(const QJsonObject &response);
    void requested(const QJsonValue &id, const QString &method, const QJsonObject &params);

private:
    void take(const QJsonObject &frame);

    HubConnection *m_connection;
    QPointer<SupervisedProcess> m_process;
};

} // namespace semper
