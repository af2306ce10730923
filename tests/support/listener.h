// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

namespace semper::test {

/// A listener on the loopback that does to each connection what the test says.
class Listener
{
public:
    explicit Listener(std::function<void(QTcpSocket &)> greet = {})
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, greet] {
            while (QTcpSocket *peer = m_server.nextPendingConnection()) {
                ++m_connections;
                QObject::connect(peer, &QTcpSocket::disconnected, peer, [this] { ++m_gone; });
                QObject::connect(peer, &QTcpSocket::readyRead, peer,
                    [this, peer] { m_received += peer->readAll(); });
                if (greet)
                    greet(*peer);
            }
        });
    }

    [[nodiscard]] bool listen(quint16 port = 0)
    {
        return m_server.listen(QHostAddress::LocalHost, port);
    }
    void close() { m_server.close(); }
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    [[nodiscard]] QString address() const { return QStringLiteral("127.0.0.1:%1").arg(port()); }
    [[nodiscard]] int connections() const { return m_connections; }
    [[nodiscard]] int gone() const { return m_gone; }
    [[nodiscard]] QByteArray received() const { return m_received; }

private:
    QTcpServer m_server;
    int m_connections = 0;
    int m_gone = 0;
    QByteArray m_received;
};

} // namespace semper::test
