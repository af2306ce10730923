// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>

#include <optional>

namespace semper {

/// The candidate that \a name was most likely meant to be: the one with the fewest differing
/// letters (case does not count, two swapped neighbours count once), if they are few for its
/// length.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> nearestName(
    const QString &name, const QStringList &candidates);

} // namespace semper
