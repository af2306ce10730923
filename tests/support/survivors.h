// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

namespace semper::test {

/// The variable that RunningServer puts into the environment of the server, and so of every
/// descendant, wherever it escaped to.
inline constexpr char markVariable[] = "TEST_MARK_OF_SERVER";

/// The pids of all living processes (no zombies) that carry \a mark. Reads all of /proc.
[[nodiscard]] QList<qint64> survivors(const QByteArray &mark);

} // namespace semper::test
