// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/storefault.h"

namespace semper {

QLatin1StringView StoreFault::code() const
{
    switch (kind) {
    case Kind::Full:
        return QLatin1StringView("full");
    case Kind::ReadOnly:
        return QLatin1StringView("read_only");
    case Kind::Removed:
        return QLatin1StringView("removed");
    case Kind::Stalled:
        return QLatin1StringView("stalled");
    case Kind::Damaged:
        return QLatin1StringView("damaged");
    case Kind::Failed:
        return QLatin1StringView("failed");
    }
    Q_UNREACHABLE();
}

} // namespace semper
