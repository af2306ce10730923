// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace semper {

/// "output_limits" of a process in the configuration: what is read of its output in a second. The
/// rest waits in its pipe, and the process with it.
struct OutputLimitsSpec
{
    qint64 readMaxBytesPerSecond = 32 * 1024 * 1024;
    qint64 readMaxLinesPerSecond = 500'000;
    friend bool operator==(const OutputLimitsSpec &, const OutputLimitsSpec &) = default;
};

} // namespace semper
