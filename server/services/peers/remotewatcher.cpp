// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/peers/remotewatcher.h"

#include "protocol/frame.h"
#include "protocol/framereader.h"
#include "protocol/keys.h"
#include "services/peers/messageconnection.h"

#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRemoteWatcher, "semper.server.peers", QtInfoMsg)

quint16 closeCodeFor(const QString &error)
{
    if (error == "too_many"_L1)
        return closecode::tryAgainLater;
    if (error == "frame_too_long"_L1)
        return closecode::messageTooBig;
    if (error == "bad_frame"_L1)
        return closecode::unsupportedData;
    return closecode::policyViolation;
}

} // namespace

RemoteWatcher::RemoteWatcher(MessageConnection *connection)
    : FrameConnection(connection)
    , m_connection(connection)
{
    connect(connection, &MessageConnection::messageReceived, this, &RemoteWatcher::take);
    connect(connection, &MessageConnection::relieved, this, &FrameConnection::relieved);
    connect(connection, &MessageConnection::closed, this, &FrameConnection::closed);
}

void RemoteWatcher::write(const QByteArray &encoded)
{
    if (!m_failed)
        m_connection->send({.bytes = encoded.chopped(1), .isText = true});
}

qint64 RemoteWatcher::bytesToWrite() const
{
    return m_connection->bytesToWrite();
}

void RemoteWatcher::fail(const QString &code, const QString &detail)
{
    if (m_failed)
        return;
    qCInfo(logRemoteWatcher, "closing the connection of %ls: %ls: %ls", qUtf16Printable(peerName()),
        qUtf16Printable(code), qUtf16Printable(detail));
    send(makeFrame(frames::error, {{keys::code, code}, {keys::detail, detail}}));
    m_failed = true;
    m_connection->finish({.code = closeCodeFor(code), .detail = detail});
}

QString RemoteWatcher::peerName() const
{
    return m_connection->kind() + u' ' + m_connection->facts().address;
}

void RemoteWatcher::take(const Message &message)
{
    if (m_failed)
        return;
    FrameReader reader;
    reader.append(message.bytes + '\n');
    const auto frame = reader.next();
    if (!frame)
        return; // a blank line
    if (const auto *error = std::get_if<FrameError>(&*frame))
        return fail(error->code, error->detail);
    Q_EMIT frameReceived(std::get<QJsonObject>(*frame));
}

} // namespace semper
