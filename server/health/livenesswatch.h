// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchplan.h"

#include "protocol/cause.h"

#include <semper/processspec.h>

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace semper {

class RepeatedProbe;
class StackDump;
struct LaunchEdges;

/// Whether a launch that runs is alive, as a probe from outside finds it: again and again, for as
/// long as it runs. Has no timer where its process has no "liveness". Supervision's thread.
class LivenessWatch : public QObject
{
    Q_OBJECT
public:
    /// \a edges must outlive it.
    explicit LivenessWatch(const LaunchEdges &edges);
    ~LivenessWatch() override;

    /// \a launch runs, as \a spec says. Does nothing for one that is watched already, or was.
    void watch(const ProcessSpec &spec, const LaunchIdentity &launch, qint64 pid);
    /// The launch is about to end: nothing is tried any more. Ends what a probe began.
    void stop();
    /// It is over, or is to be watched in another way: as if it had never been watched.
    void forget();

    /// What the last try found; nothing before the first, and where none is made.
    [[nodiscard]] std::optional<bool> isAlive() const { return m_alive; }
    /// Why it is not alive; nothing where it is, and before the first try.
    [[nodiscard]] const std::optional<cause::ProbeFailed> &failure() const { return m_failure; }

Q_SIGNALS:
    void changed();
    /// So many tries in a row failed that it has to go; told once.
    void dead(const semper::Cause &why);

private:
    void succeeded();
    void failed(const QString &why);
    void giveUp(const Cause &why);

    const LaunchEdges &m_edges;
    std::unique_ptr<RepeatedProbe> m_probe; ///< null while nothing is tried
    std::unique_ptr<StackDump> m_dump; ///< the last thing before it is told dead
    QString m_label;
    qint64 m_pid = 0; ///< of the launch; 0: of none
    QString m_mode;
    std::optional<cause::ProbeFailed> m_failure; ///< of the tries that failed in a row
    int m_mostFailures = 0;
    std::optional<bool> m_alive;
};

} // namespace semper
