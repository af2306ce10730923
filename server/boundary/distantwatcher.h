// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/frameconnection.h"

#include <semper/semper_server_export.h>

#include <functional>
#include <memory>

namespace semper {

class Crossing;

/// A watcher that came through a service, as supervision has it: the far end of a connection that
/// lives in the services' thread. Frames cross between the two in order. On the way to the peer at
/// most 4 MiB wait, or it is cut off; on the way from it none does, for the services' thread waits
/// until supervision has taken it. Belongs to supervision's thread.
class SEMPER_SERVER_EXPORT DistantWatcher : public FrameConnection
{
    Q_OBJECT
public:
    /// For the thread of \a peer, which waits. Has \a take called in supervision's loop with the
    /// far end, which deletes itself once \a peer has closed. \a here leads into the loop of \a
    /// peer, \a there into supervision's; both outlive the peer.
    static void open(FrameConnection *peer, Crossing &here, Crossing &there,
        const std::function<void(DistantWatcher *)> &take);
    ~DistantWatcher() override;

    void write(const QByteArray &encoded) override;
    [[nodiscard]] qint64 bytesToWrite() const override;
    void fail(const QString &code, const QString &detail) override;
    [[nodiscard]] QString peerName() const override { return m_peerName; }

private:
    struct Link;

    DistantWatcher(std::shared_ptr<Link> link, QString peerName);

    std::shared_ptr<Link> m_link;
    QString m_peerName;
    bool m_failed = false;
};

} // namespace semper
