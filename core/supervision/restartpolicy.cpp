// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/restartpolicy.h"

#include <algorithm>
#include <cmath>

namespace semper {

RestartDecision decideRestart(const RestartSpec &spec, const ExitReport &exit)
{
    const bool success = exit.code && spec.successCodes.contains(*exit.code);
    switch (spec.policy) {
    case RestartPolicy::Always:
        return RestartDecision::Restart;
    case RestartPolicy::OnFailure:
        return success ? RestartDecision::Done : RestartDecision::Restart;
    case RestartPolicy::Never:
        return success ? RestartDecision::Done : RestartDecision::Failed;
    }
    Q_UNREACHABLE();
}

std::chrono::milliseconds restartDelay(const RestartSpec &spec, int failures, double random)
{
    if (failures <= 0)
        return spec.firstDelay;
    const double cap = double(spec.backoffMax.count());
    const double grown = double(spec.backoff.count()) * std::pow(spec.multiplier, failures - 1);
    const double jittered = std::min(grown, cap) * (1 + spec.jitterRatio * (2 * random - 1));
    return std::chrono::milliseconds(std::llround(std::clamp(jittered, 0.0, cap)));
}

} // namespace semper
