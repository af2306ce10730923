// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace semper {

/// Has all threads take memory from one heap, which grows by a mebibyte at a time: the thread that
/// supervises is not the program's first one, and the heap of another grows by a page or so, each
/// time with a system call. Before any thread is started; where the C library cannot, nothing
/// happens. Source: mallopt(3), M_ARENA_MAX and M_TOP_PAD.
void useOneHeap();

/// Gives memory that is free, but that the allocator keeps, back to the system; where the C library
/// cannot, nothing happens. Takes some milliseconds.
void releaseFreeMemory();

} // namespace semper
