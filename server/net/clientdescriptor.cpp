// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/clientdescriptor.h"

#include <QAbstractSocket>

namespace semper {

ClientDescriptor::ClientDescriptor(QAbstractSocket *socket)
    : QObject(socket)
    , m_share(std::in_place)
{
    connect(socket, &QAbstractSocket::disconnected, this, [this] { m_share.reset(); });
}

} // namespace semper
