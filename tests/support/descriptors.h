// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace semper::test {

/// What a process has open: paths such as /proc/4711/fd/3. Empty for a process that is gone.
[[nodiscard]] QStringList openDescriptors(qint64 pid);

} // namespace semper::test
