// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QString>

namespace semper {

/// One peer that speaks the hub's frames, over whatever carries them: frames in, frames out, and
/// the one error that ends it. Belongs to one thread.
class FrameConnection : public QObject
{
    Q_OBJECT
public:
    /// What is written while this much waits already does better to wait in a queue.
    static constexpr qint64 enoughWaiting = 256 * 1024;

    using QObject::QObject;
    ~FrameConnection() override;

    void send(const QJsonObject &frame);
    /// Writes one encoded frame, its newline included. A peer that lets too much wait is cut off,
    /// which closed() tells later, never from within.
    virtual void write(const QByteArray &encoded) = 0;
    [[nodiscard]] virtual qint64 bytesToWrite() const = 0;
    /// Sends one "error" frame and closes.
    virtual void fail(const QString &code, const QString &detail) = 0;
    /// Who that is, for events: "local user 0 (pid 4711)", "tcp 127.0.0.1:50412".
    [[nodiscard]] virtual QString peerName() const = 0;

Q_SIGNALS:
    void frameReceived(const QJsonObject &frame);
    /// Less waits to be written than enoughWaiting, after it was more.
    void relieved();
    /// The peer is gone, or was given up. Nothing follows.
    void closed();
};

} // namespace semper
