// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/connection.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QObject>
#include <QTimer>

namespace semper {

class ProcessSession;
class Service;

/// Tells one launch who comes to its service and who goes, for as long as it is connected: at most
/// 100 comings and goings in 100 ms. Of what is more, or more than the launch reads, it is told how
/// much it missed.
class ConnectionFeed : public QObject
{
    Q_OBJECT
public:
    /// A child of \a session, which has at most one: this does nothing where there is one. Ends
    /// with \a service too.
    static void begin(ProcessSession &session, const Service &service);

private:
    ConnectionFeed(ProcessSession &session, const Service &service);
    void add(QJsonArray &list, const Connection &connection);
    void flush();

    ProcessSession &m_session;
    QJsonArray m_opened;
    QJsonArray m_closed;
    qint64 m_missed = 0;
    QTimer m_pause;
};

} // namespace semper
