// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>

/// Where something lies along the time that charts show: milliseconds on the machine's clock since
/// its start, which goes on while the machine sleeps and which nobody can set. By the clock on the
/// wall, a chart would stand still until the time has come again to which that was set back.
namespace semper::dashboard::timeline {

[[nodiscard]] qint64 now();
/// Of what the clock on the wall says was at \a time; now for what lies ahead.
[[nodiscard]] qint64 of(const QDateTime &time);

} // namespace semper::dashboard::timeline
