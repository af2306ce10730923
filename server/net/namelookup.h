// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/listenaddress.h"

#include <semper/semper_server_export.h>

#include <QString>

#include <optional>

namespace semper {

/// Why \a address cannot be bound without looking a name up, which may block for seconds; nothing
/// where it can.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<QString> needForLookUp(
    const ListenAddress &address);

} // namespace semper
