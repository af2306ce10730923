// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>
#include <vector>

namespace semper::dashboard {

/// One number at one moment.
struct Sample
{
    qint64 at = 0; ///< on the timeline
    double value = 0; ///< not a number: the line is interrupted here

    [[nodiscard]] bool isGap() const { return value != value; }
};

/// The last minutes of one number. Samples that follow each other faster than anybody can see
/// are folded into the newest, so the ring always spans the time that charts show.
class Series
{
public:
    static constexpr std::chrono::minutes span{5};
    static constexpr qint64 resolutionMs = 450;
    static constexpr qsizetype capacity = 700;

    /// Samples older than the newest are ignored.
    void append(qint64 at, double value);
    /// Interrupts the line: what comes next is not joined to what was before.
    void addGap(qint64 at);

    [[nodiscard]] qsizetype size() const { return qsizetype(m_samples.size()); }
    [[nodiscard]] bool isEmpty() const { return m_samples.empty(); }
    /// Oldest first.
    [[nodiscard]] const Sample &at(qsizetype index) const
    {
        return m_samples[size_t((m_first + index) % size())];
    }
    /// The first index whose sample is at or after \a at; size() if there is none.
    [[nodiscard]] qsizetype lowerBound(qint64 at) const;
    /// The oldest sample's moment; 0 for none.
    [[nodiscard]] qint64 begin() const { return isEmpty() ? 0 : at(0).at; }
    /// The newest sample at or before \a at, or null where there was none or a gap.
    [[nodiscard]] const Sample *valueAt(qint64 at) const;

private:
    void push(Sample sample);

    std::vector<Sample> m_samples;
    qsizetype m_first = 0;
    qint64 m_stepStarted = 0; ///< when the newest sample was first written
};

} // namespace semper::dashboard
