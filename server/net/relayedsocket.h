// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QPointer>
#include <QTcpSocket>

namespace semper {

/// What QtWebSockets or QtHttpServer takes for the client's socket. It reads what it is fed, writes
/// to the real socket, whether that speaks TLS or not, and closes nothing: closing at once, as they
/// do, would reset a connection whose client still sends, and the last words would be lost.
class RelayedSocket : public QTcpSocket
{
    Q_OBJECT
public:
    explicit RelayedSocket(QTcpSocket &transport, QObject *parent = nullptr);
    ~RelayedSocket() override;

    /// What the client sent. It may be taken at once, or a turn later.
    void feed(const QByteArray &bytes);
    /// The client is gone, or is to be left alone: nothing is read or written any more.
    void end();

    [[nodiscard]] qint64 bytesAvailable() const override;
    [[nodiscard]] qint64 bytesToWrite() const override;
    [[nodiscard]] bool canReadLine() const override;
    void close() override;
    void disconnectFromHost() override;

Q_SIGNALS:
    void closeRequested();

protected:
    qint64 readData(char *data, qint64 size) override;
    qint64 skipData(qint64 size) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QPointer<QTcpSocket> m_transport;
    QByteArray m_input;
};

} // namespace semper
