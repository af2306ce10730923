// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/standbyhost.h"

#include "launch/leftovers.h"
#include "os/freezer.h"
#include "os/procfile.h"
#include "output/outputcollector.h"
#include "supervisor/supervisoredges.h"

#include <semper/userprocessmain.h>

#include <cerrno>
#include <csignal>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype mostFiles = 16;

} // namespace

StandbyHost::StandbyHost(const QString &process, const SupervisorEdges &edges)
    : m_edges(edges)
    , m_identity(LaunchIdentity::make(process, 0, edges.surroundings.run))
    , m_launch(edges.launcher.create())
{ }

StandbyHost::~StandbyHost() = default;

void StandbyHost::start(const ProcessSpec &spec)
{
    m_isOtherUsers = !spec.limits.user.isEmpty();
    m_madeFrom = {FileStamp(m_edges.surroundings.hostProgram)};
    connect(m_launch.get(), &Launch::started, this, [this] {
        m_ends.close();
        m_session = pid();
        update(m_isStarted, true);
    });
    connect(m_launch.get(), &Launch::failed, this, [this, spec](const LaunchFailure &failure) {
        m_ends.close();
        gone(describe(causeOf(spec, failure)));
    });
    connect(m_launch.get(), &Launch::ended, this,
        [this](const ExitReport &report) { gone(report.describe()); });
    m_launch->start(
        [this, spec, file = AwaitedEnvironment()]() mutable { return plan(spec, file); });
}

LaunchPlan StandbyHost::plan(const ProcessSpec &spec, AwaitedEnvironment &file)
{
    LaunchPlan plan = planLaunch(spec, m_identity, m_edges.surroundings, file);
    auto *request = std::get_if<LaunchRequest>(&plan);
    if (request == nullptr)
        return plan;
    if (file.stamp())
        m_madeFrom.append(*file.stamp());
    m_limits = spec.limits;
    m_runsAs = request->settings.runAs;
    m_group = LaunchGroup(m_edges.cgroups, m_identity.launchId, spec.limits.memoryMaxBytes);
    request->settings.cgroup = m_group.entrance();
    request->arguments.append(standbyOption);
    request->environment.remove(u"SEMPER_INSTANCE"_s); // told with the go
    const AwaitedLine none{.launch = m_identity.launchId};
    if (const auto error
        = m_ends.open(*request, m_identity, m_edges, none, spec.outputLimits, *m_launch))
        return *error;
    return plan;
}

QString StandbyHost::fault() const
{
    // Of what died a moment ago the event loop knows nothing yet.
    if (pid() <= 0 || procfile::isEnding(pid_t(pid())))
        return u"it has ended"_s;
    if (procfile::isFrozen(pid_t(pid())) || isInFrozenCgroup(pid_t(pid())))
        return u"it is frozen"_s;
    const RunAsResult user = lookUpRunAs(m_limits);
    if (const auto *now = std::get_if<std::optional<RunAs>>(&user); now && *now != m_runsAs)
        return u"its user has changed since it was started"_s;
    return changeAmong(m_madeFrom);
}

void StandbyHost::setLoaded(const QList<FileStamp> &files)
{
    // Named by the host, so once, and not by one that another user could have taken over.
    if (!std::exchange(m_hasNamedFiles, true) && !m_isOtherUsers)
        m_madeFrom += files.first(std::min(files.size(), mostFiles));
    update(m_isLoaded, true);
}

void StandbyHost::setLost()
{
    update(m_isLoaded, false);
}

void StandbyHost::end()
{
    update(m_isLeaving, true);
    if (m_launch)
        m_launch->signal(SIGKILL, StopScope::Group);
}

StandbyLaunch StandbyHost::take()
{
    m_launch->disconnect(this);
    return {std::move(m_identity), std::move(m_launch), std::move(m_group)};
}

void StandbyHost::update(bool &flag, bool value)
{
    const bool before = isWaiting();
    flag = value;
    if (isWaiting() != before)
        Q_EMIT waitingChanged();
}

void StandbyHost::gone(const QString &how)
{
    const QString why = m_group.wasKilledForMemory() ? u"used more than memory_max_bytes"_s : how;
    m_edges.output.forgetLines(m_identity.launchId);
    // Not here and now: the launch may be inside the signal that told of its end.
    m_launch.release()->deleteLater();
    Leftovers::killAll(m_edges.orphans, {.session = pid_t(m_session), .mark = m_identity.mark()},
        std::move(m_group));
    Q_EMIT ended(why);
}

} // namespace semper
