// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>

namespace semper {

/// Closes the descriptor that QProcess loses when a program cannot be executed: its child shares
/// the server's memory until it executes (CLONE_VM), and notes there that it closed its end of the
/// pipe by which it tells of failure, so that the server forgets its own (seen with Qt 6.4.2). To
/// be called right after a failed start that began at \a begun (CLOCK_REALTIME_COARSE); closes
/// nothing where nothing was lost, and no pipe that is older. Any thread.
void closeStrandedPipe(const timespec &begun);

} // namespace semper
