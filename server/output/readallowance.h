// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/outputlimitsspec.h>
#include <semper/semper_server_export.h>

namespace semper {

/// How much of one process may be read: in each slice of time, a tenth of a second, a tenth of what
/// its limits allow. What was read beyond that is taken off the slices to come, and what was not
/// used is gone.
class SEMPER_SERVER_EXPORT ReadAllowance
{
public:
    static constexpr int slicesPerSecond = 10;

    explicit ReadAllowance(const OutputLimitsSpec &limits = {});

    void setLimits(const OutputLimitsSpec &limits) { m_limits = limits; }
    /// How many bytes may be read in \a slice, at most \a most; 0: none before the next slice.
    [[nodiscard]] qint64 bytes(qint64 slice, qint64 most);
    void spend(qint64 bytes, qint64 lines);

private:
    [[nodiscard]] qint64 bytesOfSlice() const;
    [[nodiscard]] qint64 linesOfSlice() const;

    OutputLimitsSpec m_limits;
    qint64 m_slice = -1; ///< in which the next two are left
    qint64 m_bytes = 0;
    qint64 m_lines = 0;
};

} // namespace semper
