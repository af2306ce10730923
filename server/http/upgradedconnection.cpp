// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/upgradedconnection.h"

namespace semper {

UpgradedConnection::~UpgradedConnection() = default;

} // namespace semper
