// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/connection.h>

namespace semper {

/// Who came to a service, or went, as ServiceLink::connectionChange() tells.
struct ConnectionChange
{
    enum class Kind {
        Opened,
        Closed, ///< with what it had taken and sent in the end
        Missed, ///< some comings and goings could not be told; connections() is the truth
    };

    Kind kind = Kind::Opened;
    Connection connection = {}; ///< of Opened and Closed
    qint64 missed = 0; ///< how many, of Missed; 0 where that is not known
    friend bool operator==(const ConnectionChange &, const ConnectionChange &) = default;
};

} // namespace semper
