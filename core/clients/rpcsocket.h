// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIODevice>
#include <QObject>
#include <QSslConfiguration>
#include <QString>
#include <QUrl>

namespace semper {

/// A connection to one address over TCP, TLS or a Unix socket, which can be opened again and
/// again. Each open() is followed by closed(), once; in between there may be opened().
class RpcSocket : public QObject
{
    Q_OBJECT
public:
    /// \a address has the scheme "tcp", "tls" or "unix"; throws std::invalid_argument for others.
    RpcSocket(QUrl address, const QByteArray &authorities);
    ~RpcSocket() override;

    [[nodiscard]] QString name() const { return m_name; } ///< for people
    void open();
    [[nodiscard]] bool isOpen() const { return m_isOpen; }
    /// At once; closed() is emitted within.
    void abort(const QString &why);
    void write(const QByteArray &bytes);
    [[nodiscard]] qint64 unsent() const;

Q_SIGNALS:
    void opened();
    void received(const QByteArray &bytes);
    void drained(); ///< all that was written was handed to the system
    void closed(const QString &why);

private:
    void openStream();
    void openLocal();
    void becomeOpen();
    void read();

    QUrl m_address;
    QString m_name;
    QSslConfiguration m_tls;
    QIODevice *m_device = nullptr; ///< of the connection that is open or being opened
    bool m_isOpen = false;
};

} // namespace semper
