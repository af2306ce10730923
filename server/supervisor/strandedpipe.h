// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

class QProcess;

namespace semper {

/// The descriptor that QProcess loses when a program cannot be executed: its child shares the
/// server's memory until it executes (CLONE_VM), and notes there that it closed its end of the pipe
/// by which it tells of failure, so that the server forgets its own (seen with Qt 6.4.2). Thread of
/// the launches.
class StrandedPipe
{
public:
    /// To be called right before a start.
    void expect();
    /// To be called right after it: which pipe \a process listens to.
    void note(const QProcess &process);
    /// To be called when the start has failed. Closes nothing where nothing was lost.
    void close();

private:
    int m_lowest = -1; ///< descriptor that was free, so that of the pipe is none below
    dev_t m_device = 0;
    ino_t m_inode = 0; ///< of the pipe; 0: unknown
};

} // namespace semper
