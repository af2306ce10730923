// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hub/peercredentials.h"
#include "protocol/framereader.h"

#include <QLocalSocket>
#include <QObject>
#include <QTimer>

namespace semper {

/// One peer of the hub, whatever its role: frames in, bytes out, and the one error that ends it.
class HubConnection : public QObject
{
    Q_OBJECT
public:
    /// Takes \a socket over.
    HubConnection(QLocalSocket *socket, QObject *parent);
    ~HubConnection() override;

    [[nodiscard]] const PeerCredentials &peer() const { return m_peer; }
    /// It said a valid hello; the time to do so no longer runs.
    void setGreeted();
    void flush() { m_socket->flush(); }
    void send(const QJsonObject &frame);
    /// Writes an encoded frame. A peer that lets more than 4 MiB wait is cut off.
    void write(const QByteArray &encoded);
    [[nodiscard]] qint64 bytesToWrite() const { return m_socket->bytesToWrite(); }
    /// Takes the frames that wait in the kernel already: the last words of a peer that has died.
    void drain();
    /// Sends one "error" frame and closes: at once for the peer, which has 2 s to close too.
    void fail(const QString &code, const QString &detail);

Q_SIGNALS:
    void frameReceived(const QJsonObject &frame);
    void bytesWritten();
    void closed();

private:
    void read();
    void endOutput();
    void take(const QByteArray &bytes);

    QLocalSocket *m_socket;
    PeerCredentials m_peer;
    FrameReader m_reader;
    QTimer m_deadline;
    bool m_failed = false;
};

} // namespace semper
