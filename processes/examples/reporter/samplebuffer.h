// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QJsonObject>

#include <deque>

/// What was measured and has not arrived yet, oldest first; beyond its limit the oldest go.
class SampleBuffer
{
public:
    explicit SampleBuffer(qsizetype limit)
        : m_limit(limit)
    { }

    /// False where an older one had to go for it.
    bool append(const QJsonObject &sample);
    [[nodiscard]] qsizetype size() const { return qsizetype(m_samples.size()); }
    /// At most \a count of them; they stay until they are removed.
    [[nodiscard]] QJsonArray oldest(qsizetype count) const;
    void removeOldest(qsizetype count);

private:
    qsizetype m_limit;
    std::deque<QJsonObject> m_samples;
};
