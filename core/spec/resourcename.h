// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>
#include <QStringView>

#include <optional>

namespace semper {

/// RLIMIT_NOFILE for "nofile"; nothing for any other text.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<int> resourceFromName(QStringView name);
/// "nofile" for RLIMIT_NOFILE; the number for one without a name here.
[[nodiscard]] SEMPER_CORE_EXPORT QString resourceName(int resource);
/// Every resource that "rlimits" can name.
[[nodiscard]] SEMPER_CORE_EXPORT QStringList resourceNames();
/// The largest number that means something for \a resource, in the kernel's unit (setrlimit(2)).
[[nodiscard]] SEMPER_CORE_EXPORT qint64 largestLimit(int resource);

} // namespace semper
