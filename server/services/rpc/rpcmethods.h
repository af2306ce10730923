// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rpc/rpcanswer.h"
#include "rpc/rpcmessage.h"

#include <semper/rpccall.h>
#include <semper/rpchandler.h>

#include <QHash>
#include <QString>

#include <functional>
#include <memory>

namespace semper {

/// The methods of a service, by name, and how they are called: whatever a handler does, its call
/// has an outcome, once.
class RpcMethods
{
public:
    using Done = std::function<void(const RpcOutcome &outcome)>;

    /// In place of an earlier one of this name. False for a name that is empty or begins with
    /// "rpc.", which is reserved.
    [[nodiscard]] bool add(const QString &name, RpcHandler handler);
    /// The name by which \a called is registered: that, or the one that a route of Swoft's means.
    /// Empty where there is none.
    [[nodiscard]] QString find(const QString &called, RpcDialect dialect) const;
    /// \a done is called within this call, or later, from the event loop, where the handler is a
    /// coroutine. It keeps the handler alive meanwhile. \a call names a method that find() found.
    /// Where more than \a mostAbandoned run for clients that have gone, or these hold more than
    /// clients without a token may, no coroutine is begun.
    void call(const RpcCall &call, const Done &done, int mostAbandoned) const;
    /// So many calls, which hold so much, run on though their client has gone; or, if negative,
    /// have ended.
    void noteAbandoned(qsizetype calls, qint64 bytes) const
    {
        m_abandoned += calls;
        m_abandonedBytes += bytes;
    }

private:
    QHash<QString, std::shared_ptr<const RpcHandler>> m_handlers;
    mutable qsizetype m_abandoned = 0;
    mutable qint64 m_abandonedBytes = 0;
};

} // namespace semper
