// SPDX-License-Identifier: LGPL-3.0-or-later
#include "reconnectdelay.h"

#include <QtGlobal>

#include <algorithm>
#include <cmath>

namespace semper {

std::chrono::milliseconds reconnectDelay(int failures, std::chrono::milliseconds first,
    std::chrono::milliseconds greatest, double random)
{
    const double grown = double(first.count()) * std::exp2(failures);
    const double whole = std::min(grown, double(std::max(first, greatest).count()));
    return std::chrono::milliseconds(qint64(whole * (0.5 + random / 2)));
}

} // namespace semper
