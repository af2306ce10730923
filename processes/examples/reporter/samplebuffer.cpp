// SPDX-License-Identifier: LGPL-3.0-or-later
#include "samplebuffer.h"

#include <algorithm>

bool SampleBuffer::append(const QJsonObject &sample)
{
    m_samples.push_back(sample);
    if (size() <= m_limit)
        return true;
    m_samples.pop_front();
    return false;
}

QJsonArray SampleBuffer::oldest(qsizetype count) const
{
    QJsonArray samples;
    for (qsizetype i = 0; i < std::min(count, size()); ++i)
        samples.append(m_samples[std::size_t(i)]);
    return samples;
}

void SampleBuffer::removeOldest(qsizetype count)
{
    const auto end = m_samples.begin() + std::min(count, size());
    m_samples.erase(m_samples.begin(), end);
}
