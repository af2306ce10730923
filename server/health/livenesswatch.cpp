// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/livenesswatch.h"

#include "health/probefactory.h"
#include "health/repeatedprobe.h"
#include "launch/stackdump.h"
#include "os/freezer.h"
#include "spec/vocabulary.h"

#include <QLoggingCategory>

#include <utility>

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logLivenessWatch, "semper.server.liveness", QtInfoMsg)

ReadyMode probeMode(LivenessMode mode)
{
    switch (mode) {
    case LivenessMode::Tcp:
        return ReadyMode::Tcp;
    case LivenessMode::Http:
        return ReadyMode::Http;
    case LivenessMode::Exec:
        return ReadyMode::Exec;
    }
    Q_UNREACHABLE();
}

/// The same process, with what its readiness probes look at.
ProcessSpec probedSpec(ProcessSpec spec)
{
    const LivenessSpec &liveness = *spec.liveness;
    spec.ready = {.mode = probeMode(liveness.mode),
        .address = liveness.address,
        .url = liveness.url,
        .http = liveness.http,
        .command = liveness.command,
        .interval = liveness.interval,
        .attemptTimeout = liveness.timeout};
    return spec;
}

/// Lets \a object go, in the middle of one of its own signals too.
template <class Object>
void letGo(std::unique_ptr<Object> &object, const QObject *listener)
{
    if (!object)
        return;
    object->disconnect(listener);
    object.release()->deleteLater();
}

} // namespace

LivenessWatch::LivenessWatch(const LaunchEdges &edges)
    : m_edges(edges)
{ }

LivenessWatch::~LivenessWatch() = default;

void LivenessWatch::watch(const ProcessSpec &spec, const LaunchIdentity &launch, qint64 pid)
{
    if (!spec.liveness || m_pid == pid)
        return;
    m_label = processLabel(launch.process, launch.instance);
    m_pid = pid;
    m_mostFailures = spec.liveness->failures;
    m_mode = readyModeName(probeMode(spec.liveness->mode));
    m_probe = makeRepeatedProbe(probedSpec(spec), launch, m_edges);
    connect(m_probe.get(), &ReadinessProbe::ready, this, &LivenessWatch::succeeded);
    connect(m_probe.get(), &RepeatedProbe::failed, this, &LivenessWatch::failed);
    m_probe->startWatching();
}

void LivenessWatch::stop()
{
    letGo(m_probe, this);
    letGo(m_dump, this);
}

void LivenessWatch::forget()
{
    stop();
    m_pid = 0;
    m_failure.reset();
    m_alive.reset();
}

void LivenessWatch::succeeded()
{
    m_failure.reset();
    if (std::exchange(m_alive, true) != true)
        Q_EMIT changed();
}

void LivenessWatch::failed(const QString &why)
{
    if (isInFrozenCgroup(pid_t(m_pid)))
        return; // by no fault of its own
    const int failures = m_failure ? m_failure->failures + 1 : 1;
    m_failure = {.probe = m_mode, .failures = failures, .detail = why};
    m_alive = false;
    qCWarning(logLivenessWatch, "%s (pid %lld) is not alive: %s (%d of %d)",
        qUtf8Printable(m_label), m_pid, qUtf8Printable(why), failures, m_mostFailures);
    Q_EMIT changed();
    if (failures >= m_mostFailures)
        giveUp(*m_failure);
}

// No more tries: a debugger would hold up the answer to them.
void LivenessWatch::giveUp(const Cause &why)
{
    stop();
    m_dump = std::make_unique<StackDump>(m_label, m_pid, StackDump::Threads::All, nullptr);
    connect(m_dump.get(), &StackDump::finished, this, [this, why] { Q_EMIT dead(why); });
}

} // namespace semper
