// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/readallowance.h"

#include <algorithm>
#include <utility>

namespace semper {

namespace {

/// Never more than \a each, so that a debt is paid and nothing is saved up.
qint64 refilled(qint64 left, qint64 each, qint64 slices)
{
    if (left >= each || slices > (each - left) / each)
        return each;
    return left + slices * each;
}

} // namespace

ReadAllowance::ReadAllowance(const OutputLimitsSpec &limits)
    : m_limits(limits)
    , m_bytes(bytesOfSlice())
    , m_lines(linesOfSlice())
{ }

qint64 ReadAllowance::bytesOfSlice() const
{
    return std::max<qint64>(1, m_limits.readMaxBytesPerSecond / slicesPerSecond);
}

qint64 ReadAllowance::linesOfSlice() const
{
    return std::max<qint64>(1, m_limits.readMaxLinesPerSecond / slicesPerSecond);
}

qint64 ReadAllowance::bytes(qint64 slice, qint64 most)
{
    if (const qint64 passed = slice - std::exchange(m_slice, slice); passed > 0) {
        m_bytes = refilled(m_bytes, bytesOfSlice(), passed);
        m_lines = refilled(m_lines, linesOfSlice(), passed);
    }
    return m_lines > 0 ? std::clamp<qint64>(m_bytes, 0, most) : 0;
}

void ReadAllowance::spend(qint64 bytes, qint64 lines)
{
    m_bytes -= bytes;
    m_lines -= lines;
}

} // namespace semper
