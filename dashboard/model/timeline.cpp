// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/timeline.h"

#include <algorithm>
#include <ctime>

namespace semper::dashboard::timeline {

qint64 now()
{
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return qint64(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

qint64 of(const QDateTime &time)
{
    const qint64 age = QDateTime::currentMSecsSinceEpoch() - time.toMSecsSinceEpoch();
    return now() - std::max<qint64>(0, age);
}

} // namespace semper::dashboard::timeline
