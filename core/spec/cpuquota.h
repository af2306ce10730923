// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <optional>

namespace semper {

/// How many processors' time the control groups of this process allow it, of version 1 or 2: 1.5
/// for one and a half. Nothing where they set no limit. \a root stands for "/", in tests. Reads
/// some small files of memory.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<double> cpuQuota(const QString &root = {});

/// The processors that this process may run on, and no more than its quota comes to, rounded up;
/// at least 1.
[[nodiscard]] SEMPER_CORE_EXPORT int usableProcessors();

} // namespace semper
