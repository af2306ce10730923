// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

namespace semper {

/// The whole of `semper serve`: argv[1] is "serve", its options follow. Starts the guardian, so
/// it is called first in main(), before any QCoreApplication or thread. Returns the exit status.
[[nodiscard]] SEMPER_SERVER_EXPORT int serve(int argc, char **argv);

} // namespace semper
