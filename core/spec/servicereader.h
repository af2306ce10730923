// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "spec/objectreader.h"
#include "spec/surroundings.h"

#include <semper/listenerspec.h>
#include <semper/servicelimits.h>

#include <QString>

#include <optional>

namespace semper {

/// Reads "tls" of a service or of one of its listeners. Complains in \a reader; what it returns is
/// only good if nothing was added.
[[nodiscard]] std::optional<TlsSpec> readTls(
    const ObjectReader &reader, const Surroundings &surroundings);

/// Reads "framing", whose words are those of the service's \a type. Likewise.
[[nodiscard]] QString readFraming(const ObjectReader &reader, const QString &type);

/// Reads "limits" of a service. Likewise.
[[nodiscard]] ServiceLimitsSpec readServiceLimits(const ObjectReader &reader);

} // namespace semper
