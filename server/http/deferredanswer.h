// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QHttpServerResponder>
#include <QHttpServerResponse>
#include <QPointer>

#include <memory>

namespace semper {

class HttpGuard;

/// The answer that a handler owes to the request that it was called for. The guard of the
/// connection keeps what is needed to write it, and drops that when the client leaves or the
/// handler is over its time: what comes then comes to nothing. The thread of its event loop only.
class SEMPER_SERVER_EXPORT DeferredAnswer
{
public:
    /// Called from within the handler, as its first act.
    explicit DeferredAnswer(QHttpServerResponder &&responder);
    DeferredAnswer(const DeferredAnswer &);
    DeferredAnswer &operator=(const DeferredAnswer &);
    ~DeferredAnswer();

    /// False: as many handlers of this listener run already as it may have connections, those
    /// included whose clients have gone. Then this one is not to be run.
    [[nodiscard]] bool mayRun() const;
    /// Nobody may be there to hear it. At most once.
    void give(QHttpServerResponse &&response) const;

private:
    QPointer<HttpGuard> m_guard;
    quint64 m_request; ///< the guard's number for it
    std::shared_ptr<void> m_place; ///< among the handlers that run; all copies have the same
};

} // namespace semper
