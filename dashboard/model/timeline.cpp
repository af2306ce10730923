// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/timeline.h"

#include "protocol/boottime.h"

#include <algorithm>

namespace semper::dashboard::timeline {

qint64 now()
{
    return bootTime().count();
}

qint64 of(const QDateTime &time)
{
    const qint64 age = QDateTime::currentMSecsSinceEpoch() - time.toMSecsSinceEpoch();
    return now() - std::max<qint64>(0, age);
}

} // namespace semper::dashboard::timeline
