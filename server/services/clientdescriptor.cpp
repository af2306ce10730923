// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/clientdescriptor.h"

#include "supervisor/descriptorlimit.h"

#include <QAbstractSocket>

#include <utility>

namespace semper {

namespace {

qint64 takenByClients = 0; ///< of all services

} // namespace

ClientDescriptor::ClientDescriptor(QAbstractSocket *socket)
    : QObject(socket)
{
    ++takenByClients;
    connect(socket, &QAbstractSocket::disconnected, this, &ClientDescriptor::release);
}

ClientDescriptor::~ClientDescriptor()
{
    release();
}

void ClientDescriptor::release()
{
    if (std::exchange(m_isTaken, false))
        --takenByClients;
}

bool ClientDescriptor::isFree()
{
    return takenByClients < descriptorsForClients();
}

} // namespace semper
