// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFuture>
#include <QList>

#include <sys/types.h>

namespace semper {

/// The memory of \a pids together, in bytes: what they share with each other counts once, what they
/// share with others in part. Where the kernel does not tell that, for want of rights or before
/// Linux 4.14, it is what is resident. Measured on a thread of its own: the kernel takes up to 10
/// ms for a GiB, and waits for a process that is just being given memory. Where no thread can be
/// made it is what is resident, too, and known at once.
[[nodiscard]] QFuture<qint64> measureMemory(const QList<pid_t> &pids);

} // namespace semper
