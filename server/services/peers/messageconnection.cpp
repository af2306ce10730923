// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/peers/messageconnection.h"

namespace semper {

MessageConnection::~MessageConnection() = default;

} // namespace semper
