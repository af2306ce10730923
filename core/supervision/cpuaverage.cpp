// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/cpuaverage.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto period = 60s;
constexpr double fallenShare = 0.9;

} // namespace

std::optional<bool> CpuAverage::add(Instant now, std::chrono::milliseconds used)
{
    if (!m_samples.empty())
        used = std::max(used, m_samples.back().used);
    m_samples.push_back({now, used});
    while (m_samples.size() > 2 && now - m_samples[1].at >= period)
        m_samples.pop_front();
    const auto elapsed = now - m_samples.front().at;
    if (elapsed < period)
        return std::nullopt;
    m_average = std::chrono::duration<double>(used - m_samples.front().used)
        / std::chrono::duration<double>(elapsed);
    const bool isHigh = m_average > (m_isHigh ? m_limit * fallenShare : m_limit);
    if (isHigh == m_isHigh)
        return std::nullopt;
    m_isHigh = isHigh;
    return isHigh;
}

void CpuAverage::clear()
{
    m_samples.clear();
    m_average = 0;
    m_isHigh = false;
}

} // namespace semper
