// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/reconnectdelay.h"

#include <QtGlobal>

#include <algorithm>
#include <cmath>

namespace semper {

namespace {

/// Less, and a server that is not there would keep the event loop busy.
constexpr std::chrono::milliseconds least{50};
constexpr int maximumDoublings = 40; ///< a year from a millisecond on, and far from overflow

} // namespace

std::chrono::milliseconds reconnectDelay(int failures, std::chrono::milliseconds first,
    std::chrono::milliseconds greatest, double random)
{
    first = std::max(first, least);
    const double grown
        = double(first.count()) * std::exp2(std::clamp(failures, 0, maximumDoublings));
    const double whole = std::min(grown, double(std::max(first, greatest).count()));
    return std::chrono::milliseconds(qint64(whole * (0.5 + random / 2)));
}

} // namespace semper
