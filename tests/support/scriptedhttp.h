// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <functional>
#include <memory>

namespace semper::test {

/// A request as it came over the wire.
struct RawRequest
{
    QByteArray head; ///< its lines, without the empty one
    QByteArray body;

    [[nodiscard]] QByteArray method() const { return head.left(head.indexOf(' ')); }
    [[nodiscard]] QByteArray path() const { return head.split(' ').value(1); }
    [[nodiscard]] QByteArray header(const QByteArray &name) const
    {
        for (const QByteArray &line : head.split('\n')) {
            if (line.toLower().startsWith(name.toLower() + ':'))
                return line.mid(name.size() + 1).trimmed();
        }
        return {};
    }
};

/// An HTTP server on the loopback, as good or as bad as the test wants it: each whole request is
/// handed to \a answer, which writes what it likes to the connection.
class ScriptedHttp
{
public:
    using Answer = std::function<void(QTcpSocket &, const RawRequest &)>;

    explicit ScriptedHttp(
        Answer answer, std::unique_ptr<QTcpServer> server = nullptr, quint16 port = 0)
        : m_answer(std::move(answer))
        , m_server(server ? std::move(server) : std::make_unique<QTcpServer>())
    {
        QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(),
            [this] { accept(); });
        m_server->listen(QHostAddress::LocalHost, port);
    }

    [[nodiscard]] quint16 port() const { return m_server->serverPort(); }
    [[nodiscard]] QUrl url(
        const QString &path, const QString &scheme = QStringLiteral("http")) const
    {
        return QUrl(QStringLiteral("%1://127.0.0.1:%2%3").arg(scheme).arg(port()).arg(path));
    }
    /// By its name, which is on the certificate of tests.
    [[nodiscard]] QUrl namedUrl(const QString &path) const
    {
        return QUrl(QStringLiteral("https://localhost:%1%2").arg(port()).arg(path));
    }
    void close() { m_server->close(); }

    QList<RawRequest> requests; ///< oldest first
    int gone = 0; ///< connections that were closed

    /// A whole answer.
    static void reply(QTcpSocket &peer, const QByteArray &status, const QByteArray &body,
        const QByteArray &moreHeaders = {})
    {
        peer.write("HTTP/1.1 " + status + "\r\n" + moreHeaders
            + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }

private:
    void accept()
    {
        while (QTcpSocket *peer = m_server->nextPendingConnection()) {
            const auto bytes = std::make_shared<QByteArray>();
            QObject::connect(peer, &QTcpSocket::disconnected, peer, [this, peer] {
                ++gone;
                peer->deleteLater();
            });
            QObject::connect(peer, &QTcpSocket::readyRead, peer, [this, peer, bytes] {
                *bytes += peer->readAll();
                while (takeRequest(*peer, *bytes)) { }
            });
            *bytes += peer->readAll();
            while (takeRequest(*peer, *bytes)) { }
        }
    }

    bool takeRequest(QTcpSocket &peer, QByteArray &bytes)
    {
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        RawRequest request{.head = bytes.left(end), .body = {}};
        const qsizetype length = request.header("Content-Length").toLongLong();
        if (bytes.size() < end + 4 + length)
            return false;
        request.body = bytes.mid(end + 4, length);
        bytes.remove(0, end + 4 + length);
        requests.append(request);
        m_answer(peer, request);
        return true;
    }

    Answer m_answer;
    std::unique_ptr<QTcpServer> m_server;
};

} // namespace semper::test
