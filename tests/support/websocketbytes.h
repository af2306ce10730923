// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QtEndian>

namespace semper::test {

/// One frame as a WebSocket client sends it (RFC 6455, 5.2), or as it must not.
struct ClientFrame
{
    int opcode = 0x1;
    QByteArray payload = {};
    bool final = true;
    bool masked = true;
    int reserved = 0; ///< the three bits behind FIN
    qint64 claimedBytes = -1; ///< what the head says; -1: the truth

    [[nodiscard]] QByteArray bytes() const
    {
        const qint64 size = claimedBytes < 0 ? payload.size() : claimedBytes;
        QByteArray frame;
        frame.append(char((final ? 0x80 : 0) | (reserved << 4) | opcode));
        const int mask = masked ? 0x80 : 0;
        if (size < 126) {
            frame.append(char(mask | int(size)));
        } else if (size <= 0xffff) {
            frame.append(char(mask | 126));
            frame.resize(4);
            qToBigEndian(quint16(size), frame.data() + 2);
        } else {
            frame.append(char(mask | 127));
            frame.resize(10);
            qToBigEndian(quint64(size), frame.data() + 2);
        }
        if (!masked)
            return frame + payload;
        const QByteArray key("\x11\x22\x33\x44", 4);
        frame += key;
        for (qsizetype i = 0; i < payload.size(); ++i)
            frame.append(char(payload.at(i) ^ key.at(i % 4)));
        return frame;
    }
};

inline QByteArray textFrame(const QByteArray &text)
{
    return ClientFrame{.payload = text}.bytes();
}

/// The handshake of the RFC's own example; \a more are header lines, each with its CR LF.
inline QByteArray webSocketHandshake(const QByteArray &path = "/", const QByteArray &more = {})
{
    return "GET " + path
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + more + "\r\n";
}

} // namespace semper::test
