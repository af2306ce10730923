// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/readiness.h"
#include "launch/launchends.h"
#include "launch/launchgroup.h"
#include "launch/launchplan.h"
#include "launch/leftovers.h"
#include "launch/sharedspec.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>

#include <memory>

namespace semper {

struct SupervisorEdges;

/// The launches of one instance, one after the other: each from its plan until nothing of it is
/// left. Decides nothing. Supervision's thread.
class SEMPER_SERVER_EXPORT LaunchCycle : public QObject
{
    Q_OBJECT
public:
    /// \a spec is what its launches are like, and may change. It and \a edges must outlive this.
    LaunchCycle(
        const QString &process, int instance, const SharedSpec &spec, const SupervisorEdges &edges);
    ~LaunchCycle() override;

    /// Launches a process, or takes a host that waits; began() or failed() follows.
    void launch();
    /// There is a launch: it waits for its turn, is alive, or is being cleared of.
    [[nodiscard]] bool exists() const { return m_launch != nullptr; }
    /// 0 while no launch is alive.
    [[nodiscard]] qint64 pid() const { return m_launch ? m_launch->pid() : 0; }
    /// As pid(), but stays that of a launch which ended until the next one begins.
    [[nodiscard]] qint64 lastPid() const { return pid() > 0 ? pid() : m_session; }
    [[nodiscard]] const LaunchIdentity &identity() const { return m_identity; }
    /// All that belongs to the launch that is alive, itself among them.
    [[nodiscard]] QList<pid_t> members() const;
    [[nodiscard]] MemoryKeeper memoryKeeper() const { return m_group.memoryKeeper(); }
    [[nodiscard]] bool wasKilledForMemory() const { return m_group.wasKilledForMemory(); }
    [[nodiscard]] Readiness &readiness() { return m_readiness; }
    [[nodiscard]] const Readiness &readiness() const { return m_readiness; }

    /// Nothing where none is alive.
    void signal(int number, StopScope scope);
    void requestStop();
    /// It can't do what is expected of it: its control group is frozen. One that only a signal has
    /// stopped is no pause; where it \a isStopping it is continued, or it would never have to end.
    [[nodiscard]] bool isPaused(bool isStopping) const;

    /// The launch is over: asks what it left behind to end. cleared() follows, maybe from within.
    /// \a wasAsked to end, or was \a killed.
    void clear(bool wasAsked, bool killed);
    void killLeftovers(); ///< their time is over
    /// They are frozen with their control group, and cannot end.
    [[nodiscard]] bool areLeftoversPaused() const;
    /// The launch has put itself into the background: their report shall say how to avoid that.
    /// Returns their names; empty where there are none.
    [[nodiscard]] QString adviseAgainstDaemon();
    /// What it printed last. Once for each launch.
    [[nodiscard]] QStringList takeLastLines();

Q_SIGNALS:
    void turnCame(); ///< the launch is being made
    void began();
    /// After began(), of a host that waited and can be told to begin.
    void standbyTaken();
    void failed(const semper::LaunchFailure &failure);
    void ended(const semper::ExitReport &report);
    void ready(); ///< a probe found it so
    void cleared(const semper::LeftoverReport &report);

private:
    [[nodiscard]] bool takeStandby();
    [[nodiscard]] LaunchPlan planNow(AwaitedEnvironment &file);

    const SharedSpec &m_spec;
    const SupervisorEdges &m_edges;
    LaunchIdentity m_identity;
    std::unique_ptr<Launch> m_launch;
    LaunchEnds m_ends; ///< until it has begun
    LaunchGroup m_group;
    Readiness m_readiness;
    qint64 m_session = 0; ///< of the last launch
    QList<Leftovers::Kin> m_kin; ///< of the launch that is asked to stop
    QPointer<Leftovers> m_leftovers; ///< of the launch before
};

} // namespace semper
