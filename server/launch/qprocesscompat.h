// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>

namespace semper {

/// What differs between versions of QProcess: lets the child of \a process, which has a modifier,
/// share the program's memory until it is executed. Before Qt 6.6 that is how it is.
inline void shareMemoryUntilExec([[maybe_unused]] QProcess &process)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 6, 0)
    process.setUnixProcessParameters(QProcess::UnixProcessFlag::UseVFork);
#endif
}

} // namespace semper
