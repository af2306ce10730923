// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchplan.h"

#include <semper/processspec.h>

#include <memory>

namespace semper {

class RepeatedProbe;
struct LaunchEdges;

/// The probe that \a spec.ready asks for in the modes tcp, http and exec; null in others.
/// \a edges must outlive it.
[[nodiscard]] std::unique_ptr<RepeatedProbe> makeRepeatedProbe(
    const ProcessSpec &spec, const LaunchIdentity &launch, const LaunchEdges &edges);

} // namespace semper
