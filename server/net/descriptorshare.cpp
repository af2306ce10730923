// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/descriptorshare.h"

#include "os/descriptorlimit.h"

#include <atomic>

namespace semper {

namespace {

std::atomic<qint64> takenByClients = 0; ///< of all services, and of control

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
