// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchends.h"

#include "launch/launchedges.h"
#include "output/outputcollector.h"

#include <cerrno>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QString> LaunchEnds::open(LaunchRequest &request, const LaunchIdentity &identity,
    const LaunchEdges &edges, const AwaitedLine &awaited, const OutputLimitsSpec &limits,
    Launch &launch)
{
    if (request.saysWhenReady && edges.openNotifySocket)
        if (auto error = edges.openNotifySocket(request, identity, &launch))
            return error;
    m_output = edges.output.open(identity.process, identity.instance, awaited, limits);
    if (m_output < 0)
        return u"no pipe for its output: %1"_s.arg(qt_error_string(errno));
    request.outputDescriptor = m_output;
    if (!isForeign(request))
        return std::nullopt;
    // Or it could not open /dev/stdout, which is this pipe anew. Not for want of a capability.
    static_cast<void>(!::fchown(m_output, *request.settings.runAs->user, gid_t(-1)));
    if (!edges.connectToHub)
        return std::nullopt;
    m_hub = edges.connectToHub(identity.mark());
    if (m_hub < 0) {
        const QString cause = qt_error_string(errno);
        close();
        return u"no connection to the hub: %1"_s.arg(cause);
    }
    request.hubDescriptor = m_hub;
    request.environment.remove(u"SEMPER_SOCKET"_s);
    request.environment.insert(u"SEMPER_SOCKET_FD"_s, QString::number(m_hub));
    return std::nullopt;
}

void LaunchEnds::close()
{
    for (int *end : {&m_output, &m_hub})
        if (const int descriptor = std::exchange(*end, -1); descriptor >= 0)
            ::close(descriptor);
}

} // namespace semper
