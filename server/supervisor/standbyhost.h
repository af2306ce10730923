// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/filestamp.h"
#include "launch/launchends.h"
#include "launch/launchgroup.h"
#include "launch/launchplan.h"

#include <QList>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace semper {

struct SupervisorEdges;

/// A launch that has all it needs but its go.
struct StandbyLaunch
{
    LaunchIdentity identity; ///< the instance is for the taker to fill in
    std::unique_ptr<Launch> launch;
    LaunchGroup group;
};

/// One host in standby, from its start to its end or until it is taken. It is launched as any host
/// of its process, under an identity of its own. Supervision's thread.
class StandbyHost : public QObject
{
    Q_OBJECT
public:
    /// \a edges must outlive it.
    StandbyHost(const QString &process, const SupervisorEdges &edges);
    ~StandbyHost() override;

    /// Begins; waitingChanged() or ended() follows from the event loop.
    void start(const ProcessSpec &spec);

    [[nodiscard]] const LaunchIdentity &identity() const { return m_identity; }
    [[nodiscard]] qint64 pid() const { return m_launch ? m_launch->pid() : 0; }
    /// It has loaded its class and can be taken.
    [[nodiscard]] bool isWaiting() const { return m_isStarted && m_isLoaded && !m_isLeaving; }
    [[nodiscard]] bool isLeaving() const { return m_isLeaving; }
    /// Why it is of no use, though it waits: it is dead already, does not run, or what it was made
    /// from has changed since. Empty: it is.
    [[nodiscard]] QString fault() const;

    /// It said over the hub that it has loaded its class, from \a files as they were before that.
    void setLoaded(const QList<FileStamp> &files);
    /// Its connection to the hub is gone.
    void setLost();

    /// Kills it: nothing of its class was constructed that would want to know. ended() follows.
    void end();
    /// Hands its launch over; only where it is waiting.
    [[nodiscard]] StandbyLaunch take();

Q_SIGNALS:
    void waitingChanged();
    /// "exited with code 78"; of one that was not told to end, too.
    void ended(const QString &how);

private:
    [[nodiscard]] LaunchPlan plan(const ProcessSpec &spec, AwaitedEnvironment &file);
    void update(bool &flag, bool value);
    void gone(const QString &how);

    const SupervisorEdges &m_edges;
    LaunchIdentity m_identity;
    std::unique_ptr<Launch> m_launch;
    LaunchGroup m_group;
    LaunchEnds m_ends; ///< until it has begun
    QList<FileStamp> m_madeFrom;
    LimitsSpec m_limits;
    std::optional<RunAs> m_runsAs;
    qint64 m_session = 0;
    bool m_isStarted = false;
    bool m_isOtherUsers = false;
    bool m_hasNamedFiles = false;
    bool m_isLoaded = false;
    bool m_isLeaving = false;
};

} // namespace semper
