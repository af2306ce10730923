// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/processlink.h>

#include "protocol/hubclient.h"

#include <QJsonObject>
#include <QQueue>
#include <QString>
#include <QTimer>

#include <array>

namespace semper {

/// A process's link to its server. Connects for ever: what is sent meanwhile waits, and after
/// each reconnection the server is told again what it must know of the process.
class SEMPER_CORE_EXPORT HubLink : public ProcessLink
{
    Q_OBJECT
public:
    /// Messages and requests that may wait for a connection.
    static constexpr qsizetype maximumWaiting = 256;

    /// \a hello is the first frame of each connection.
    HubLink(HubAddress hub, QJsonObject hello, QObject *parent = nullptr);

    void open() override;
    [[nodiscard]] bool send(const QJsonObject &frame) override;
    void flush(std::chrono::milliseconds limit) override;

private:
    /// The newest frame of a type of which only the newest counts.
    struct Latest
    {
        QLatin1StringView type;
        QJsonObject frame; ///< empty: none yet
        bool delivered = false; ///< over this connection
    };

    void receive(const QJsonObject &frame);
    void refused(const QJsonObject &error);
    void lost(const QString &reason);
    void deliver();

    HubClient m_client;
    QJsonObject m_hello;
    std::array<Latest, 5> m_latest;
    QQueue<QJsonObject> m_waiting;
    QTimer m_again; ///< the socket's buffer was full
    QTimer m_reopen; ///< the server did not want this process
    QString m_lastComplaint; ///< each is logged once, not at each attempt
    bool m_welcomed = false;
};

} // namespace semper
