// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace semper::test {

/// What a process has open, in all its tables of descriptors, for a thread may have one of its own:
/// paths such as /proc/4711/task/4712/fd/3. Empty for a process that is gone.
[[nodiscard]] QStringList openDescriptors(qint64 pid);

} // namespace semper::test
