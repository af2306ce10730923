// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchplan.h"
#include "launch/sharedspec.h"
#include "output/outputcollector.h"

#include <QString>

#include <functional>
#include <memory>

namespace semper {

class ReadinessProbe;
struct LaunchEdges;

/// How one instance of a process becomes ready, launch by launch. Holds the probe of the launch
/// that is starting, where its mode has one. Supervision's thread.
class Readiness
{
public:
    /// \a edges must outlive it; \a ready is called when its probe finds the launch ready.
    Readiness(const LaunchEdges &edges, std::function<void()> ready);
    ~Readiness();

    /// \a launch is about to begin, as \a spec says. Returns what to look for in its output.
    [[nodiscard]] AwaitedLine prepare(const SharedSpec &spec, const LaunchIdentity &launch);
    /// It lives.
    void start();
    /// Nobody waits for it any more: it is ready, or over.
    void end();

    /// It is for a probe to find the launch ready; what the process says does not forestall that.
    [[nodiscard]] bool isProbed() const { return m_probe != nullptr; }
    /// Why the launch is not ready yet, for people; empty where that is not known.
    [[nodiscard]] QString missing() const;

private:
    SharedSpec m_spec; ///< of the last launch; null before the first
    const LaunchEdges &m_edges;
    std::function<void()> m_ready;
    std::unique_ptr<ReadinessProbe> m_probe;
};

} // namespace semper
