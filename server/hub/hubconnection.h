// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hub/framepump.h"
#include "hub/peercredentials.h"

#include <QJsonObject>
#include <QObject>
#include <QTimer>

namespace semper {

/// One peer of the hub, whatever its role: frames in, frames out, and the one error that ends it.
/// Main thread; its bytes are the pump's.
class HubConnection : public QObject, private FramePump::Listener
{
    Q_OBJECT
public:
    /// Takes over \a socket, a connected descriptor.
    HubConnection(int socket, FramePump &pump, QObject *parent);
    /// Likewise, of a connection that was made for the launch with \a mark, which may never speak.
    HubConnection(int socket, const QByteArray &mark, FramePump &pump, QObject *parent);
    ~HubConnection() override;

    [[nodiscard]] const PeerCredentials &peer() const { return m_peer; }
    /// It said a valid hello; the time to do so no longer runs.
    void setGreeted();
    void send(const QJsonObject &frame);
    /// Writes an encoded frame. A peer that lets more than 4 MiB wait is cut off.
    void write(const QByteArray &encoded);
    [[nodiscard]] qint64 bytesToWrite() const { return m_pump.bytesToWrite(m_id); }
    /// Sends what waits now rather than soon.
    void flush() { m_pump.flush(m_id); }
    /// Takes the frames that wait in the kernel already: the last words of a peer that has died.
    void drain();
    /// Sends one "error" frame and closes: at once for the peer, which has 2 s to close too.
    void fail(const QString &code, const QString &detail);

Q_SIGNALS:
    void frameReceived(const QJsonObject &frame);
    /// Less waits to be written than FramePump::enoughWaiting, after it was more.
    void relieved();
    void closed();

private:
    HubConnection(int socket, PeerCredentials peer, FramePump &pump, QObject *parent);
    void frameArrived(const QJsonObject &frame) override;
    void frameBroken(const FrameError &error) override;
    void outputRelieved() override;
    void hungUp() override;

    FramePump &m_pump;
    PeerCredentials m_peer;
    FramePump::Id m_id;
    QTimer m_deadline;
    bool m_failed = false;
};

} // namespace semper
