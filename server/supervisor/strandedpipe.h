// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace semper {

/// Closes the descriptor that QProcess loses when a program cannot be executed: its child shares
/// the server's memory until it executes (CLONE_VM), and notes there that it closed its end of the
/// pipe by which it tells of failure, so that the server forgets its own (seen with Qt 6.4.2). To
/// be called right after a failed start; closes nothing where nothing was lost. Any thread.
void closeStrandedPipe();

} // namespace semper
