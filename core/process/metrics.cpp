// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/metrics.h>

#include "process/metricstore.h"

#include <algorithm>
#include <cmath>

namespace semper {

Gauge::Gauge(MetricStore &store, detail::MetricCell &cell)
    : m_store(&store)
    , m_cell(&cell)
{ }

void Gauge::set(double value) const
{
    if (!m_store->accepts(std::isfinite(value)))
        return;
    m_cell->value = value;
    m_store->touch();
}

Counter::Counter(MetricStore &store, detail::MetricCell &cell)
    : m_store(&store)
    , m_cell(&cell)
{ }

void Counter::add(double amount) const
{
    if (!m_store->accepts(std::isfinite(m_cell->value + amount) && amount >= 0))
        return;
    m_cell->value += amount;
    m_store->touch();
}

Histogram::Histogram(MetricStore &store, detail::MetricCell &cell)
    : m_store(&store)
    , m_cell(&cell)
{ }

void Histogram::record(double value) const
{
    if (!m_store->accepts(std::isfinite(m_cell->value + value)))
        return;
    m_cell->min = m_cell->count == 0 ? value : std::min(m_cell->min, value);
    m_cell->max = m_cell->count == 0 ? value : std::max(m_cell->max, value);
    m_cell->value += value;
    ++m_cell->count;
    const auto bucket = std::ranges::lower_bound(m_cell->bounds, value);
    if (bucket != m_cell->bounds.end())
        ++m_cell->counts[size_t(bucket - m_cell->bounds.begin())];
    m_store->touch();
}

} // namespace semper
