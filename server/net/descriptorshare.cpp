// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/descriptorshare.h"

#include "os/descriptorlimit.h"

namespace semper {

namespace {

qint64 takenByClients = 0; ///< of all services

} // namespace

DescriptorShare::DescriptorShare()
{
    ++takenByClients;
}

DescriptorShare::~DescriptorShare()
{
    --takenByClients;
}

bool DescriptorShare::isFree()
{
    return takenByClients < descriptorsForClients();
}

} // namespace semper
