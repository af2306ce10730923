// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QRegularExpression>
#include <QString>
#include <QTcpSocket>

#include <algorithm>

/// A client that sends what it is told, keeps what comes back, and knows no HTTP.
class RawClient
{
public:
    explicit RawClient(quint16 port)
    {
        readOn();
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    }
    RawClient(quint16 port, const QByteArray &bytes)
        : RawClient(port)
    {
        send(bytes);
    }

    /// Waits for the connection, then sends \a bytes at once.
    void send(const QByteArray &bytes)
    {
        if (m_socket.state() == QAbstractSocket::ConnectingState)
            m_socket.waitForConnected(5000);
        m_socket.write(bytes);
        m_socket.flush();
    }

    /// Reads what has come, and what comes. For one that was made to read nothing.
    void readOn()
    {
        QObject::connect(&m_socket, &QIODevice::readyRead, &m_socket,
            [this] { m_received += m_socket.readAll(); });
        if (m_socket.isOpen())
            m_received += m_socket.readAll();
    }
    [[nodiscard]] const QByteArray &received() const { return m_received; }
    /// The server said that it sends no more, or reset the connection.
    [[nodiscard]] bool closed() const
    {
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }
    /// Of the first answer; 0 while there is none.
    [[nodiscard]] int status() const
    {
        return m_received.startsWith("HTTP/1.1 ") ? m_received.sliced(9, 3).toInt() : 0;
    }
    [[nodiscard]] int answers() const
    {
        static const QRegularExpression line(QStringLiteral("HTTP/1\\.1 [1-5][0-9][0-9] "));
        return static_cast<int>(QString::fromLatin1(m_received).count(line));
    }
    /// Lines that are \a header, such as "Content-Length: 5"; its name may be in any case.
    [[nodiscard]] qsizetype count(const QByteArray &header) const
    {
        const qsizetype colon = header.indexOf(':');
        const auto lowered = [colon](const QByteArray &line) {
            return line.first(colon).toLower() + line.sliced(colon);
        };
        const QByteArray wanted = lowered(header) + '\r';
        const QList<QByteArray> lines = m_received.split('\n');
        return std::ranges::count_if(lines, [&](const QByteArray &line) {
            return line.size() == wanted.size() && lowered(line) == wanted;
        });
    }
    [[nodiscard]] bool has(const QByteArray &header) const { return count(header) > 0; }
    [[nodiscard]] QByteArray body() const
    {
        const qsizetype blank = m_received.indexOf("\r\n\r\n");
        return blank < 0 ? QByteArray() : m_received.sliced(blank + 4);
    }
    [[nodiscard]] QTcpSocket &socket() { return m_socket; }

private:
    QTcpSocket m_socket;
    QByteArray m_received;
};
