// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/orphankeeper.h"
#include "output/outputcollector.h"
#include "supervisor/processtable.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisoredges.h"
#include "support/fakelauncher.h"
#include "support/fakewallclock.h"

namespace semper::test {

/// Supervised processes that nobody supervises: each does only what the test has it do.
class FakeTable
{
public:
    /// With a command where \a spec has none, and its restarts are not delayed.
    void add(const QString &name, ProcessSpec spec = {})
    {
        spec.command = QStringList{QStringLiteral("/bin/true")};
        spec.restart.backoff = std::chrono::milliseconds(0);
        table.describe(QStringLiteral("http"), name, spec);
        for (int instance = 0; instance < spec.instances; ++instance)
            table.add(name, instance);
    }
    [[nodiscard]] SupervisedProcess &of(const QString &name, int instance = 0) const
    {
        return *table.find(name, instance);
    }
    [[nodiscard]] FakeLaunch &launchOf(const QString &name, int instance = 0) const
    {
        return *launcher.of(of(name, instance).pid());
    }
    [[nodiscard]] bool isAskedToStop(const QString &name, int instance = 0) const
    {
        return launchOf(name, instance).received.contains(SIGTERM);
    }
    void startAll()
    {
        for (SupervisedProcess *process : table.all())
            process->handle(happening::Start{});
    }

    FakeLauncher launcher;

private:
    OutputCollector m_output;
    OrphanKeeper m_orphans{[this](pid_t pid) { return launcher.owns(pid); }};
    FakeWallClock m_clock{QDateTime::currentDateTimeUtc()};
    SupervisorEdges m_edges{{.launcher = launcher, .output = m_output, .orphans = m_orphans},
        m_clock, m_standbys, [](const SupervisedProcess &) { return std::optional<Cause>(); },
        [](const SupervisedProcess &) { return QDateTime(); }};
    Standbys m_standbys{m_edges};

public:
    ProcessTable table{m_edges, [](SupervisedProcess *) {}};
};

} // namespace semper::test
