// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launcher.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace semper {

struct LaunchEdges;

/// One execution of a probe's program: a launch like any other, whose output nobody hears. Lives
/// until nothing is left of the program, also when nobody waits for that any more, and then
/// deletes itself.
class ProbeRun : public QObject
{
    Q_OBJECT
public:
    /// \a mark stands in the environment of what \a planner plans and of nothing else.
    ProbeRun(LaunchPlanner planner, QByteArray mark, const LaunchEdges &edges);
    ~ProbeRun() override;

    void start();
    /// SIGKILL to all of the program's group; over() follows.
    void kill();

Q_SIGNALS:
    /// The program and what it started are gone. \a failure is empty for exit code 0.
    void over(const QString &failure);

private:
    [[nodiscard]] LaunchPlan plan();
    void clear(const QString &failure);

    LaunchPlanner m_planner;
    int m_output = -1; ///< nobody's
    QByteArray m_mark;
    const LaunchEdges &m_edges;
    std::unique_ptr<Launch> m_launch;
    qint64 m_session = 0;
};

} // namespace semper
