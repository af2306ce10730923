// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/frameconnection.h"

#include <QByteArray>

namespace semper {

/// Who agrees on it speaks the hub's frames, as a watcher.
inline constexpr QLatin1StringView watcherSubprotocol{"semper.v1"};

class MessageConnection;
struct Message;

/// A watcher that came over TCP or a WebSocket: a frame is a message. A child of its connection.
class RemoteWatcher : public FrameConnection
{
    Q_OBJECT
public:
    explicit RemoteWatcher(MessageConnection *connection);

    void write(const QByteArray &encoded) override;
    [[nodiscard]] qint64 bytesToWrite() const override;
    void fail(const QString &code, const QString &detail) override;
    [[nodiscard]] QString peerName() const override;

private:
    void take(const Message &message);

    MessageConnection *m_connection;
    bool m_failed = false;
};

} // namespace semper
