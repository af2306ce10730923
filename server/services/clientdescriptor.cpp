// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/clientdescriptor.h"

#include "supervisor/descriptorlimit.h"

namespace semper {

namespace {

qint64 takenByClients = 0; ///< by clients of all services

} // namespace

ClientDescriptor::ClientDescriptor(QObject *socket)
    : QObject(socket)
{
    ++takenByClients;
}

ClientDescriptor::~ClientDescriptor()
{
    --takenByClients;
}

bool ClientDescriptor::isFree()
{
    return takenByClients < descriptorsForClients();
}

} // namespace semper
