// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/heartbeatwatch.h"

#include "launch/stackdump.h"
#include "os/freezer.h"
#include "protocol/cause.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHeartbeatWatch, "semper.server.heartbeat", QtInfoMsg)

constexpr std::chrono::milliseconds longestInterval = 10s;
constexpr int beatsToMiss = 3; ///< in a row before it counts as not alive
constexpr auto timeToReadHeartbeats = 500ms;
constexpr auto notableLag = 10ms; ///< a smaller difference is told with the metrics only

} // namespace

HeartbeatWatch::HeartbeatWatch(std::chrono::milliseconds watchdog, QObject *parent)
    : QObject(parent)
{
    setWatchdog(watchdog);
}

void HeartbeatWatch::makeTimers()
{
    m_timers = std::make_unique<Timers>();
    const auto isPaused = [this] { return isInFrozenCgroup(pid_t(m_pid)); };
    m_timers->overdue.setPauseCheck(isPaused);
    m_timers->watchdog.setPauseCheck(isPaused);
    connect(&m_timers->overdue, &PatientTimer::timeout, this, [this] {
        m_alive = false;
        Q_EMIT changed();
    });
    connect(&m_timers->watchdog, &PatientTimer::timeout, this, &HeartbeatWatch::elapsed);
}

void HeartbeatWatch::setWatchdog(std::chrono::milliseconds watchdog)
{
    m_period = watchdog;
    m_interval
        = watchdog > 0ms ? std::min(longestInterval, watchdog / beatsToMiss) : longestInterval;
}

std::chrono::milliseconds HeartbeatWatch::patience() const
{
    return beatsToMiss * m_interval;
}

void HeartbeatWatch::start(const QString &label, qint64 pid)
{
    m_label = label;
    m_pid = pid;
    m_alive.reset();
    m_loopLag.reset();
    if (!m_timers)
        makeTimers();
    expectNext();
}

void HeartbeatWatch::stop()
{
    m_pid = 0;
    if (m_timers) {
        m_timers->overdue.stop();
        m_timers->watchdog.stop();
    }
    m_alive.reset();
    m_loopLag.reset();
}

void HeartbeatWatch::expectNext()
{
    m_isSuspect = false;
    m_timers->overdue.start(patience());
    if (m_period > 0ms)
        m_timers->watchdog.start(m_period);
}

void HeartbeatWatch::received(std::optional<std::chrono::milliseconds> loopLag)
{
    if (m_pid == 0)
        return;
    expectNext();
    const bool isNews = std::exchange(m_alive, true) != true
        || std::chrono::abs(loopLag.value_or(0ms) - m_loopLag.value_or(0ms)) >= notableLag;
    m_loopLag = loopLag;
    if (isNews)
        Q_EMIT changed();
}

void HeartbeatWatch::extend(std::chrono::milliseconds time)
{
    if (m_pid == 0 || m_period == 0ms)
        return;
    PatientTimer &watchdog = m_timers->watchdog;
    if (watchdog.isActive() && watchdog.remaining() >= time)
        return;
    m_isSuspect = false;
    watchdog.start(time);
}

// A server that was stopped itself finds its timers elapsed and the heartbeats of that time still
// in its sockets: they are read before a suspect is taken for hung.
void HeartbeatWatch::elapsed()
{
    if (!std::exchange(m_isSuspect, true))
        return m_timers->watchdog.start(timeToReadHeartbeats);
    qCWarning(logHeartbeatWatch, "%s (pid %lld) %s", qUtf8Printable(m_label), m_pid,
        qUtf8Printable(describe(Cause(cause::Hung{.silent = m_period}))));
    auto *dump = new StackDump(m_label, m_pid, StackDump::Threads::All, this);
    connect(dump, &StackDump::finished, this, [this, dump, pid = m_pid] {
        dump->deleteLater();
        if (m_isSuspect && m_pid == pid) // no heartbeat came meanwhile, and it is still there
            Q_EMIT hung();
    });
}

} // namespace semper
