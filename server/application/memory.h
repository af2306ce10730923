// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace semper {

/// Gives memory that is free, but that the allocator keeps, back to the system; where the C library
/// cannot, nothing happens. Takes some milliseconds.
void releaseFreeMemory();

} // namespace semper
