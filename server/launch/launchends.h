// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchplan.h"

#include <QString>

#include <optional>

namespace semper {

struct AwaitedLine;
struct OutputLimitsSpec;
struct LaunchEdges;

/// The child's ends of what connects it with the server: until the launch began they are the
/// server's to close.
class LaunchEnds
{
public:
    /// Opens what \a request needs and puts it in: a pipe for its output, where it runs as another
    /// user, who cannot open the hub's socket, a connection to the hub, and where it is to say when
    /// it is ready a socket for that, which lives as long as \a launch. Nothing, or why not.
    [[nodiscard]] std::optional<QString> open(LaunchRequest &request,
        const LaunchIdentity &identity, const LaunchEdges &edges, const AwaitedLine &awaited,
        const OutputLimitsSpec &limits, Launch &launch);
    /// The child has them now, or will never be.
    void close();

private:
    int m_output = -1;
    int m_hub = -1;
};

} // namespace semper
