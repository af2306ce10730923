// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/repeatedprobe.h"
#include "launch/launchplan.h"

#include <semper/processspec.h>

#include <QPointer>
#include <QString>

namespace semper {

class ProbeRun;
struct LaunchEdges;

/// Ready once a program exits with 0. It runs where its process runs, as what that runs as; the
/// next begins when nothing is left of the last.
class ExecProbe : public RepeatedProbe
{
    Q_OBJECT
public:
    ExecProbe(const ProcessSpec &spec, const LaunchIdentity &process, const LaunchEdges &edges);
    ~ExecProbe() override;

protected:
    void begin() override;
    void giveUp(const QString &why) override;

private:
    void over(const QString &failure);

    ProcessSpec m_spec; ///< the process's, but for the command
    LaunchIdentity m_process;
    const LaunchEdges &m_edges;
    QPointer<ProbeRun> m_run;
    QString m_gaveUp; ///< why
};

} // namespace semper
