// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "rpc/rpcanswer.h"
#include "rpc/rpcmessage.h"

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QList>

namespace semper {

/// One message that was received, and what it will be answered with: its calls may end in any
/// order, or none of them may need an answer.
class SEMPER_CORE_EXPORT RpcExchange
{
public:
    explicit RpcExchange(RpcMessage message, RpcDialect dialect = RpcDialect::Standard);

    [[nodiscard]] const RpcMessage &message() const { return m_message; }
    /// The call at this place was made and ended so. A notification's end counts too.
    void end(qsizetype place, const RpcOutcome &outcome);
    /// Calls that have not ended.
    [[nodiscard]] qsizetype open() const { return m_open; }
    /// What goes back, in the order of the calls, once all have ended; empty for nothing.
    [[nodiscard]] QByteArray answer() const;

private:
    RpcMessage m_message;
    RpcDialect m_dialect;
    QList<QByteArray> m_texts; ///< one for each entry; empty for notifications and until it ends
    qsizetype m_open = 0;
};

} // namespace semper
