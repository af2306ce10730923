// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/series.h"

#include <limits>

namespace semper::dashboard {

void Series::append(qint64 at, double value)
{
    if (!isEmpty()) {
        Sample &newest = m_samples[size_t((m_first + size() - 1) % size())];
        if (at < newest.at)
            return;
        if (!newest.isGap() && at - m_stepStarted < resolutionMs) {
            newest = {at, value};
            return;
        }
    }
    push({at, value});
    m_stepStarted = at;
}

void Series::addGap(qint64 at)
{
    if (isEmpty() || this->at(size() - 1).isGap())
        return;
    push({std::max(at, this->at(size() - 1).at), std::numeric_limits<double>::quiet_NaN()});
}

qsizetype Series::lowerBound(qint64 at) const
{
    qsizetype low = 0;
    qsizetype high = size();
    while (low < high) {
        const qsizetype middle = (low + high) / 2;
        if (this->at(middle).at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const Sample *Series::valueAt(qint64 at) const
{
    const qsizetype after = lowerBound(at + 1);
    if (after == 0 || this->at(after - 1).isGap())
        return nullptr;
    return &this->at(after - 1);
}

void Series::push(Sample sample)
{
    if (size() < capacity) {
        m_samples.push_back(sample);
        return;
    }
    m_samples[size_t(m_first)] = sample;
    m_first = (m_first + 1) % capacity;
}

} // namespace semper::dashboard
