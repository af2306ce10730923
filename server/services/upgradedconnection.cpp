// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/upgradedconnection.h"

namespace semper {

UpgradedConnection::~UpgradedConnection() = default;

} // namespace semper
