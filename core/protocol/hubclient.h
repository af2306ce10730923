// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/framereader.h"
#include "protocol/growingdelay.h"

#include <QJsonObject>
#include <QLocalSocket>
#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <utility>

namespace semper {

/// Where the hub is: at the path of its socket, or at the other end of a descriptor that is
/// connected already. The latter can't be connected again once it is lost.
struct HubAddress
{
    HubAddress(QString socketPath) // implicit: most have a path
        : path(std::move(socketPath))
    { }
    explicit HubAddress(int connected)
        : descriptor(connected)
    { }

    QString path;
    int descriptor = -1; ///< belongs to the HubClient
};

/// One end of the hub's protocol over a local socket, for watchers and processes alike: connects,
/// cuts frames, and (if asked) reconnects for ever with growing pauses of 100 ms to 5 s. Says
/// nothing to a server of another user than this one or root. Lives on the thread of its event
/// loop; no call blocks.
class SEMPER_CORE_EXPORT HubClient : public QObject
{
    Q_OBJECT
public:
    enum class Reconnect { Never, Forever };

    explicit HubClient(HubAddress address, Reconnect reconnect, QObject *parent = nullptr);
    ~HubClient() override;

    [[nodiscard]] QString socketPath() const { return m_address.path; }
    [[nodiscard]] bool isConnected() const;
    /// Time until the next attempt, or 0 when none is scheduled.
    [[nodiscard]] std::chrono::milliseconds nextAttemptIn() const;
    /// Bytes accepted by send() that the kernel did not take yet.
    [[nodiscard]] qint64 bytesToWrite() const;

    /// Starts connecting at once; also cuts a pause between two attempts short.
    void open();
    /// Closes and stays closed. Emits closed() if it was connected.
    void close();
    /// Queues \a frame. False, and nothing is queued, while not connected or when more than
    /// 1 MiB waits already.
    bool send(const QJsonObject &frame);
    /// Writes what waits, for at most \a limit. Blocks: for the last words of a process only.
    void flush(std::chrono::milliseconds limit);

Q_SIGNALS:
    /// Connected: say hello now.
    void opened();
    void frameReceived(const QJsonObject &frame);
    /// The connection was lost, or an attempt failed. With Reconnect::Forever the next one is
    /// scheduled already.
    void closed(const QString &reason);

private:
    void adopt();
    void readFrames();
    void lost(const QString &reason);

    HubAddress m_address;
    Reconnect m_reconnect;
    QLocalSocket m_socket;
    FrameReader m_reader;
    QTimer m_retry;
    /// Before it connects again.
    GrowingDelay m_delay
        = GrowingDelay::ofConnection(std::chrono::milliseconds(100), std::chrono::seconds(5));
    QString m_complaint; ///< why this end cuts the connection
    bool m_wanted = false;
};

} // namespace semper
