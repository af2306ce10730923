// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/listenaddress.h"

#include <semper/semper_server_export.h>

#include <QByteArray>

namespace semper {

/// \a host, the value of a Host header, names a listener at \a address: its own host, a loopback
/// name or, where it listens on every address, any literal address and this machine's name. The
/// port is free, for a proxy may have another. Over a Unix socket every name will do.
[[nodiscard]] SEMPER_SERVER_EXPORT bool isKnownHost(
    const QByteArray &host, const ListenAddress &address);

} // namespace semper
