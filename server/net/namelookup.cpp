// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/namelookup.h"

#include "spec/jsonpath.h"

#include <QHostAddress>

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QString> needForLookUp(const ListenAddress &address)
{
    if (!address.path.isEmpty() || !QHostAddress(address.host).isNull()
        || address.host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        return std::nullopt;
    return u"%1 would have to be looked up, which would hold up the server: "
           "give a literal address, or restart the server"_s.arg(quoted(address.host));
}

} // namespace semper
