// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tlsparting.h"

#include <QSslSocket>
#include <QTimer>

#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto longEnough = 200ms;

/// Bytes are here already that the event loop, late as it may be, does not know of.
bool hasUnread(const QSslSocket &socket)
{
    char byte = 0;
    return ::recv(int(socket.socketDescriptor()), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

} // namespace

void endOnceSilent(QSslSocket *socket)
{
    const auto name = u"silence"_s;
    if (socket->findChild<QTimer *>(name, Qt::FindDirectChildrenOnly))
        return;
    auto *silence = new QTimer(socket);
    silence->setObjectName(name);
    silence->setSingleShot(true);
    QObject::connect(socket, &QIODevice::readyRead, silence, qOverload<>(&QTimer::start));
    QObject::connect(silence, &QTimer::timeout, socket, [socket, silence] {
        if (hasUnread(*socket))
            silence->start();
        else
            socket->disconnectFromHost();
    });
    silence->start(longEnough);
}

} // namespace semper
