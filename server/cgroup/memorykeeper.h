// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace semper {

/// Who sees to it that memory_max_bytes is kept.
enum class MemoryKeeper {
    Server, ///< which samples what the launch uses
    Kernel, ///< by the launch's control group
};

} // namespace semper
