// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalSocket>
#include <QObject>
#include <QSet>
#include <QStringList>
#include <QTimer>

namespace semper::dashboard {

/// Looks for servers of this user while nobody has chosen one. A socket file may be left over
/// from a dead server, so each is tried; only those that answer count.
class ServerFinder : public QObject
{
    Q_OBJECT
public:
    explicit ServerFinder(QObject *parent = nullptr);

    /// Looks at once, and again every second until stop().
    void start();
    void stop();

    /// Sockets that answered in the last round, sorted.
    [[nodiscard]] const QStringList &servers() const { return m_servers; }

Q_SIGNALS:
    /// At the end of each round. May well be the same as before.
    void searched(const QStringList &servers);

private:
    void look();
    void tryNext();
    void finishTry(bool alive);

    QTimer m_pause;
    QTimer m_patience; ///< with one socket
    QLocalSocket m_socket;
    QStringList m_untried;
    QStringList m_alive;
    QStringList m_servers;
    bool m_trying = false;
};

} // namespace semper::dashboard
