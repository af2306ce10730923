// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/launchvitals.h"

#include "protocol/keys.h"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

bool LaunchVitals::setStatusText(const QString &text)
{
    return std::exchange(m_statusText, text) != text;
}

bool LaunchVitals::setTitle(const QString &title)
{
    return std::exchange(m_title, title) != title;
}

void LaunchVitals::setMetrics(const QJsonObject &frame)
{
    m_metrics = {};
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
}

void LaunchVitals::sample(pid_t pid, Instant now)
{
    const auto usage = pid > 0 ? procfile::usage(pid) : std::nullopt;
    if (!usage) {
        m_usage = {};
        m_cpuRatio = 0;
        return;
    }
    const std::chrono::duration<double> elapsed = now - m_sampledAt;
    // The kernel counts in steps of 10 ms: over less than some of them the share is noise.
    if (elapsed >= 200ms) {
        m_cpuRatio = std::chrono::duration<double>(usage->cpuTime - m_usage.cpuTime) / elapsed;
        m_usage.cpuTime = usage->cpuTime;
        m_sampledAt = now;
    }
    m_usage.memoryBytes = usage->memoryBytes;
}

} // namespace semper
