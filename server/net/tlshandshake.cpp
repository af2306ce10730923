// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlshandshake.h"

#include <QByteArray>
#include <QSslSocket>

#include <utility>

namespace semper {

namespace {

/// More than any hello; one that is longer is for OpenSSL to refuse.
constexpr qint64 mostOfHello = 32 * 1024;
constexpr qsizetype recordHeaderBytes = 5;
constexpr qsizetype messageHeaderBytes = 4;
constexpr char handshakeRecord = 22;

qsizetype byteAt(const QByteArray &bytes, qsizetype index)
{
    return static_cast<unsigned char>(bytes.at(index));
}

/// Whether \a bytes are the records of a whole client hello, or nothing that could become one.
bool isAnswerable(const QByteArray &bytes)
{
    constexpr int shift = 8; // a byte
    QByteArray message;
    qsizetype at = 0;
    while (at + recordHeaderBytes <= bytes.size()) {
        if (bytes.at(at) != handshakeRecord)
            return true;
        const qsizetype size = byteAt(bytes, at + 3) << shift | byteAt(bytes, at + 4);
        message += bytes.sliced(at).mid(recordHeaderBytes, size);
        at += recordHeaderBytes + size;
        if (message.size() < messageHeaderBytes)
            continue;
        const qsizetype length
            = byteAt(message, 1) << 2 * shift | byteAt(message, 2) << shift | byteAt(message, 3);
        if (message.size() >= messageHeaderBytes + length)
            return true;
    }
    return bytes.size() >= mostOfHello || (!bytes.isEmpty() && bytes.front() != handshakeRecord);
}

} // namespace

TlsHandshake::TlsHandshake(
    QSslSocket &socket, std::shared_ptr<TurnLine> line, std::chrono::milliseconds limit)
    : m_socket(socket)
    , m_by(limit)
    , m_turn(std::move(line), [this] { return begin(); })
    , m_hears(QObject::connect(&socket, &QIODevice::readyRead, &socket, [this] {
        if (isHelloWhole())
            m_turn.ask();
    }))
{
    m_age.start();
    m_socket.setReadBufferSize(mostOfHello);
}

TlsHandshake::~TlsHandshake()
{
    QObject::disconnect(m_hears);
}

bool TlsHandshake::isHelloWhole() const
{
    return m_socket.mode() == QSslSocket::UnencryptedMode
        && isAnswerable(m_socket.peek(mostOfHello));
}

bool TlsHandshake::begin()
{
    if (isHelloWhole())
        m_socket.startServerEncryption(); // and does what can be done with the hello
    return false;
}

} // namespace semper
