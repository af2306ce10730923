// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace semper {

/// How many bytes of memory this process can use at most: what the machine has, or what a limit of
/// the process (RLIMIT_AS, RLIMIT_DATA) or of one of its control groups (memory.max) allows. Reads
/// files of the kernel.
[[nodiscard]] qint64 usableMemory();

} // namespace semper
