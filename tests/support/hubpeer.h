// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/framereader.h"

#include <QJsonObject>
#include <QList>
#include <QLocalSocket>
#include <QString>

namespace semper::test {

/// Anybody who talks to a hub, well or badly. Receives as long as an event loop runs.
class HubPeer : public QObject
{
    Q_OBJECT
public:
    /// Connects; blocks for at most 5 s.
    explicit HubPeer(const QString &socketPath);

    [[nodiscard]] bool isConnected() const;
    void sendBytes(const QByteArray &bytes);
    void send(const QJsonObject &frame);
    /// As a watcher, subscribed to \a topics.
    void watch(const QStringList &topics, const QJsonObject &more = {});
    /// From here on nothing is read from the socket.
    void stopReading();
    void resumeReading();

    [[nodiscard]] const QList<QJsonObject> &frames() const { return m_frames; }
    /// The received frames of \a type.
    [[nodiscard]] QList<QJsonObject> framesOf(QStringView type) const;
    /// "code" of the last "error" frame; empty without one.
    [[nodiscard]] QString errorCode() const;
    void forget() { m_frames.clear(); }

private:
    void read();

    QLocalSocket m_socket;
    FrameReader m_reader{64 * 1024 * 1024};
    QList<QJsonObject> m_frames;
};

} // namespace semper::test
