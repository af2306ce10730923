// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/restartpolicy.h"

#include "protocol/growingdelay.h"

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
    return GrowingDelay(spec.backoff, spec.backoffMax, spec.multiplier)
        .varied(1 - spec.jitterRatio, 1 + spec.jitterRatio)
        .after(failures - 1, random);
}

} // namespace semper
