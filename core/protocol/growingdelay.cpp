// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/growingdelay.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cmath>
#include <limits>

namespace semper {

namespace {

/// Less, and a server that is not there would keep the event loop busy.
constexpr std::chrono::milliseconds leastOfConnection{50};
/// Far beyond any limit.
constexpr double enough = std::numeric_limits<double>::max();

} // namespace

GrowingDelay::GrowingDelay(
    std::chrono::milliseconds first, std::chrono::milliseconds greatest, double factor)
    : m_first(first)
    , m_greatest(greatest)
    , m_factor(factor)
{ }

GrowingDelay GrowingDelay::ofConnection(
    std::chrono::milliseconds first, std::chrono::milliseconds greatest)
{
    first = std::max(first, leastOfConnection);
    return GrowingDelay(first, std::max(first, greatest)).varied(0.5, 1);
}

GrowingDelay GrowingDelay::varied(double least, double most) const
{
    GrowingDelay varied = *this;
    varied.m_least = least;
    varied.m_most = most;
    return varied;
}

std::chrono::milliseconds GrowingDelay::after(int others, double random) const
{
    const double greatest = double(m_greatest.count());
    const double growth
        = std::min(std::pow(m_factor, others), enough); // not infinite times nothing
    const double whole = std::min(double(m_first.count()) * growth, greatest);
    const double share = m_least + (m_most - m_least) * random;
    return std::chrono::milliseconds(std::llround(std::clamp(whole * share, 0.0, greatest)));
}

std::chrono::milliseconds GrowingDelay::now() const
{
    return after(m_grown, m_least == m_most ? 1 : QRandomGenerator::global()->generateDouble());
}

void GrowingDelay::grow()
{
    if (m_grown < std::numeric_limits<int>::max())
        ++m_grown;
}

std::chrono::milliseconds GrowingDelay::next()
{
    const auto delay = now();
    grow();
    return delay;
}

} // namespace semper
