// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace semper {

/// "journal" in the configuration: how long the events are kept.
struct JournalSpec
{
    std::chrono::milliseconds maxAge = std::chrono::hours(24 * 30);
    qint64 maxBytes = 200 * 1024 * 1024; ///< of the file; a few mebibytes stand beside it
    friend bool operator==(const JournalSpec &, const JournalSpec &) = default;
};

} // namespace semper
