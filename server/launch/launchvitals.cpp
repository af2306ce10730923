// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchvitals.h"

#include "protocol/keys.h"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

/// The kernel counts in steps of 10 ms: over less than some of them the share is noise.
constexpr auto sampleInterval = 200ms;

} // namespace

bool LaunchVitals::setStatusText(const QString &text)
{
    return std::exchange(m_statusText, text) != text;
}

bool LaunchVitals::setTitle(const QString &title)
{
    return std::exchange(m_title, title) != title;
}

void LaunchVitals::setMetrics(const QJsonObject &frame, const Moment &at)
{
    m_metrics = {};
    m_metricsAt = at;
    for (const QLatin1StringView key :
        {keys::gauges, keys::counters, keys::histograms, keys::report})
        if (const QJsonValue value = frame.value(key); value.isObject())
            m_metrics.insert(key, value);
}

void LaunchVitals::begin(Instant now)
{
    m_usage = {};
    m_cpuRatio = 0;
    m_sampledAt = now;
    m_lookedAt.reset();
}

void LaunchVitals::sample(pid_t pid, Instant now)
{
    if (pid > 0 && m_lookedAt && now - *m_lookedAt < sampleInterval)
        return; // Many may ask.
    m_lookedAt = now;
    const auto usage = pid > 0 ? procfile::usage(pid) : std::nullopt;
    if (!usage) {
        m_usage = {};
        m_cpuRatio = 0;
        return;
    }
    const std::chrono::duration<double> elapsed = now - m_sampledAt;
    if (elapsed >= sampleInterval) {
        m_cpuRatio = std::chrono::duration<double>(usage->cpuTime - m_usage.cpuTime) / elapsed;
        m_usage.cpuTime = usage->cpuTime;
        m_sampledAt = now;
    }
    m_usage.memoryBytes = usage->memoryBytes;
}

} // namespace semper
