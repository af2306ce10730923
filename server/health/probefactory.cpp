// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/probefactory.h"

#include "health/execprobe.h"
#include "health/httpprobe.h"
#include "health/tcpprobe.h"

namespace semper {

std::unique_ptr<RepeatedProbe> makeRepeatedProbe(
    const ProcessSpec &spec, const LaunchIdentity &launch, const LaunchEdges &edges)
{
    switch (spec.ready.mode) {
    case ReadyMode::Tcp:
        return std::make_unique<TcpProbe>(spec.ready);
    case ReadyMode::Http:
        return std::make_unique<HttpProbe>(spec.ready);
    case ReadyMode::Exec:
        return std::make_unique<ExecProbe>(spec, launch, edges);
    case ReadyMode::Started:
    case ReadyMode::Notify:
    case ReadyMode::Log:
        return nullptr;
    }
    Q_UNREACHABLE();
}

} // namespace semper
