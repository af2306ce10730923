// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/heartbeatwatch.h"
#include "health/limitwatch.h"
#include "health/livenesswatch.h"
#include "health/stallwatch.h"
#include "launch/sharedspec.h"
#include "supervision/happening.h"

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace semper {

class LaunchCycle;

/// All that watches whether a launch is well: heartbeats, probes, its work and its limits. Each is
/// there only where the configuration asks for it. Supervision's thread.
class HealthWatches : public QObject
{
    Q_OBJECT
public:
    /// \a spec is what the launch is like, and may change. It, \a edges and \a cycle must outlive
    /// this. Time in which \a isPaused counts for nothing.
    HealthWatches(const SharedSpec &spec, const LaunchEdges &edges, const LaunchCycle &cycle,
        std::function<bool()> isPaused);
    ~HealthWatches() override;

    /// The launches to come are of another spec; while there is none.
    void followSpec();
    /// The launch that there is, is to be probed in another way.
    void followLivenessSpec(bool isRunning);

    /// A launch has begun.
    void begin();
    /// It is running (ready once, and not killed), or not: what is to be seen only then.
    void follow(bool isRunning);
    void end(); ///< it is over
    /// It asked for so much time from now on.
    void extend(std::chrono::milliseconds time);
    void worked();

    [[nodiscard]] HeartbeatWatch &heartbeat() { return m_heartbeat; }
    [[nodiscard]] const HeartbeatWatch &heartbeat() const { return m_heartbeat; }
    /// Nothing where nothing tells.
    [[nodiscard]] std::optional<bool> isAlive() const;
    /// Why the launch, which runs, is not alive; nothing where it is.
    [[nodiscard]] std::optional<Cause> whyNotAlive() const;

Q_SIGNALS:
    void happened(const semper::Happening &happening);
    void changed();
    /// The average use of CPU passed its limit (\a high), or fell again.
    void cpuCrossed(bool high, double average);

private:
    void watchLimits();
    void watchWork();
    void followLiveness(bool isRunning);

    const SharedSpec &m_spec;
    const LaunchEdges &m_edges;
    const LaunchCycle &m_cycle;
    std::function<bool()> m_isPaused;
    HeartbeatWatch m_heartbeat;
    std::unique_ptr<LivenessWatch> m_liveness; ///< null where it was never probed
    std::unique_ptr<StallWatch> m_stall; ///< null where it need not tell of its work
    std::unique_ptr<LimitWatch> m_limits; ///< null where there is nothing to watch
};

} // namespace semper
