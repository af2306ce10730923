// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QLatin1StringView>
#include <QString>

namespace semper {

/// Why the journal cannot be written or read.
struct SEMPER_SERVER_EXPORT StoreFault
{
    enum class Kind {
        Full, ///< no room on the disk
        ReadOnly,
        Removed, ///< somebody has taken the file away, or put another in its place
        Stalled, ///< the disk does not answer
        Damaged, ///< what is in the file is no journal any more
        Failed ///< anything else
    };

    Kind kind = Kind::Failed;
    QString reason; ///< for people

    [[nodiscard]] QLatin1StringView code() const; ///< "full"
};

} // namespace semper
