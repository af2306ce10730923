// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/frameconnection.h"
#include "hub/framepump.h"
#include "os/patienttimer.h"
#include "os/peercredentials.h"

#include <QJsonObject>

namespace semper {

/// One peer of the hub's socket, whatever its role. Supervision's thread; its bytes are the pump's.
class HubConnection : public FrameConnection, private FramePump::Listener
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
    /// A peer that lets more than 4 MiB wait is cut off.
    void write(const QByteArray &encoded) override;
    [[nodiscard]] qint64 bytesToWrite() const override { return m_pump.bytesToWrite(m_id); }
    /// All that was written ever, in order; what was refused because the connection is over is not
    /// counted.
    [[nodiscard]] qint64 bytesWritten() const { return m_written; }
    /// How much of that the kernel has taken; the rest has certainly not left.
    [[nodiscard]] qint64 bytesTaken() const { return m_pump.bytesTaken(m_id); }
    /// Sends what waits now rather than soon.
    void flush() { m_pump.flush(m_id); }
    /// Takes the frames that wait in the kernel already: the last words of a peer that has died.
    void drain();
    /// Closes at once for the peer, which has 2 s to close too.
    void fail(const QString &code, const QString &detail) override;
    [[nodiscard]] QString peerName() const override;

private:
    HubConnection(int socket, PeerCredentials peer, FramePump &pump, QObject *parent);
    void frameArrived(const QJsonObject &frame) override;
    void frameBroken(const FrameError &error) override;
    void outputRelieved() override;
    void hungUp() override;

    FramePump &m_pump;
    PeerCredentials m_peer;
    FramePump::Id m_id;
    PatientTimer m_deadline;
    qint64 m_written = 0; ///< bytes
    bool m_failed = false;
};

} // namespace semper
