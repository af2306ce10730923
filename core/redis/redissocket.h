// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIODevice>
#include <QObject>

class QAbstractSocket;
class QLocalSocket;
class QSslSocket;

namespace semper {

struct RedisAddress;

/// The bytes to and from one server: TCP, TLS or a local socket. It is for one connection; names
/// are resolved without blocking. Of opened() and failed() the latter may come at any time, once.
class RedisSocket : public QObject
{
    Q_OBJECT
public:
    explicit RedisSocket(QObject *parent);
    ~RedisSocket() override;

    /// What comes of it is told from the event loop.
    void open(const RedisAddress &address);
    void write(const QByteArray &bytes);
    /// Up to a mebibyte, then the event loop has its turn.
    [[nodiscard]] QByteArray read();
    /// Not taken by the kernel yet.
    [[nodiscard]] qint64 bytesToWrite() const;
    /// At once and without another signal.
    void abort();

Q_SIGNALS:
    void opened();
    void readable();
    void failed(const QString &problem);

private:
    void openTcp(const RedisAddress &address);
    void openTls(const RedisAddress &address);
    void openLocal(const RedisAddress &address);
    void watch(QAbstractSocket *socket);
    [[nodiscard]] bool prepareTls(QSslSocket &socket, const RedisAddress &address);
    void fail(const QString &problem);

    QIODevice *m_device = nullptr; ///< a child
    QString m_tlsProblem;
    bool m_over = false;
};

} // namespace semper
