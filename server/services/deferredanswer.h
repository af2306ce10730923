// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QHttpServerResponder>
#include <QHttpServerResponse>
#include <QPointer>

namespace semper {

class HttpGuard;

/// The answer that a handler owes to the request that it was called for. The guard of the
/// connection keeps what is needed to write it, and drops that when the client leaves or the
/// handler is over its time: what comes then comes to nothing. Main thread only.
class SEMPER_SERVER_EXPORT DeferredAnswer
{
public:
    /// Called from within the handler, as its first act.
    explicit DeferredAnswer(QHttpServerResponder &&responder);
    DeferredAnswer(const DeferredAnswer &);
    DeferredAnswer &operator=(const DeferredAnswer &);
    ~DeferredAnswer();

    /// Nobody may be there to hear it. At most once.
    void give(QHttpServerResponse &&response) const;

private:
    QPointer<HttpGuard> m_guard;
    quint64 m_request; ///< the guard's number for it
};

} // namespace semper
