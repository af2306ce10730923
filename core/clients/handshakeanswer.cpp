// SPDX-License-Identifier: LGPL-3.0-or-later
#include "handshakeanswer.h"

#include <QRegularExpression>
#include <QSslSocket>
#include <QWebSocket>

using namespace Qt::StringLiterals;

namespace semper {

void HandshakeAnswer::watch(const QWebSocket &socket)
{
    m_device = socket.findChild<QTcpSocket *>(QString(), Qt::FindDirectChildrenOnly);
    const auto keep = [device = m_device.data()] {
        if (!device->isTransactionStarted())
            device->startTransaction();
    };
    if (auto *tls = qobject_cast<QSslSocket *>(m_device.data());
        tls && socket.requestUrl().scheme() == "wss"_L1)
        QObject::connect(tls, &QSslSocket::encrypted, tls, keep);
    else if (m_device)
        QObject::connect(m_device, &QTcpSocket::connected, m_device, keep);
}

void HandshakeAnswer::handshakeDone()
{
    if (m_device && m_device->isTransactionStarted())
        m_device->commitTransaction();
}

QString HandshakeAnswer::refusal()
{
    if (!m_device || !m_device->isTransactionStarted())
        return {};
    m_device->rollbackTransaction();
    constexpr qint64 longest = 200;
    const QString line = QString::fromLatin1(m_device->readLine(longest)).simplified();
    static const QRegularExpression status(uR"(^HTTP/\d\.\d (\d{3}( [[:print:]]+)?)$)"_s);
    const QRegularExpressionMatch match = status.match(line);
    if (!match.hasMatch() || match.capturedView(1).startsWith(u"101"))
        return {};
    return u"the handshake was answered with "_s + match.captured(1);
}

} // namespace semper
