// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

namespace semper {

/// Numbers from here on are those set aside; a new descriptor gets the lowest that is free. Of the
/// kernel's bitmaps a word covers so many: kernels before August 2024 copy one whole when cut
/// within (CVE-2024-45025).
inline constexpr int firstAside = 64 * 64;

/// Whether a child can part from the server's descriptors as a launch has it do: not where
/// fewer than 16,384 may be open, which says that there are few processes, where the kernel is
/// older than 5.9 or a sandbox forbids the call, and not in Valgrind. Found out by the first call.
[[nodiscard]] SEMPER_SERVER_EXPORT bool canSetAside();

/// Moves \a descriptor, one of many that live long, to one of the numbers that launches
/// keep from children, close-on-exec. Returns its new number, or the one it has where it cannot
/// be moved. Does not block; any thread.
[[nodiscard]] SEMPER_SERVER_EXPORT int setAside(int descriptor);

} // namespace semper
