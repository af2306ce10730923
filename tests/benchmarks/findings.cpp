// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings.h"

#include <algorithm>
#include <cmath>

namespace semper::bench {

std::chrono::nanoseconds percentile(Samples samples, double ratio)
{
    if (samples.empty())
        return std::chrono::nanoseconds{0};
    std::sort(samples.begin(), samples.end());
    const double position = ratio * static_cast<double>(samples.size() - 1);
    return samples.at(static_cast<std::size_t>(std::lround(position)));
}

bool BootFindings::everRan() const
{
    return std::any_of(
        boot.begin(), boot.end(), [](std::chrono::nanoseconds time) { return time < beyondLimit; });
}

} // namespace semper::bench
