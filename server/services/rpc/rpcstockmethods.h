// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/rpchandler.h>

#include <QList>
#include <QString>

#include <functional>
#include <utility>

namespace semper {

class Service;
class Supervision;

/// What every RPC service can be asked: session.authenticate, and for who has done so
/// processes.list, get, start, stop and restart, server.info, and connections.list. \a service
/// outlives them; \a supervision may have none to give.
[[nodiscard]] QList<std::pair<QString, RpcHandler>> rpcStockMethods(
    const Service &service, const std::function<Supervision *()> &supervision);

} // namespace semper
