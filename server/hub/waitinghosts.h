// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QPointer>

namespace semper {

class HubConnection;
class StandbyHost;
class Standbys;
class SupervisedProcess;

/// The connections of hosts in standby. Each has said hello, and is told nothing until its launch
/// has become that of a process: then its connection is taken, and its "welcome" is the go.
class WaitingHosts
{
public:
    explicit WaitingHosts(const Standbys &standbys);

    /// Whether \a hello is that of a host in standby; then \a connection is kept.
    [[nodiscard]] bool greet(HubConnection *connection, const QJsonObject &hello);
    /// The connection of the launch that \a process has now; null if it did not wait.
    [[nodiscard]] HubConnection *take(const SupervisedProcess &process);
    void forget(const HubConnection *connection);
    [[nodiscard]] qsizetype count() const { return m_waiting.size(); }

private:
    struct Waiting
    {
        HubConnection *connection = nullptr;
        QPointer<StandbyHost> host;
    };

    const Standbys &m_standbys;
    QHash<QByteArray, Waiting> m_waiting; ///< by the launch's mark
};

} // namespace semper
