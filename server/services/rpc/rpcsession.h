// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rpc/rpcanswer.h"
#include "rpc/rpcmessage.h"

#include <semper/rpcerror.h>

#include <QByteArray>
#include <QString>
#include <QtGlobal>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace semper {

class RpcCall;
class RpcMethods;

/// What an RPC service knows of one client between its messages, and its calls that are under way.
/// Knows no sockets, and may outlive the client's. Calls hold it weakly: what ends after it has no
/// effect.
class RpcSession : public std::enable_shared_from_this<RpcSession>
{
public:
    using IsToken = std::function<bool(const QByteArray &token)>;

    struct Settings
    {
        quint64 connection = 0;
        QString peer; ///< who it is
        RpcLimits limits = {};
        qint64 maximumAnswerBytes = 0; ///< a longer answer becomes an error
        int mostAbandoned = 1024; ///< calls of clients that have gone, all together
        IsToken isToken = {};
    };
    RpcSession(std::shared_ptr<const RpcMethods> methods, Settings settings);
    ~RpcSession();
    Q_DISABLE_COPY_MOVE(RpcSession)

    struct Answer
    {
        QByteArray text; ///< empty: there is none to give
        bool lacksToken = false; ///< it is one error, that authentication is needed
    };
    using Answered = std::function<void(const Answer &answer)>;

    /// Who says what it sends. For HTTP each message shows its token, and nothing is remembered.
    struct Sender
    {
        RpcDialect dialect = RpcDialect::Standard;
        bool standsForItself = false;
        QByteArray token = {};
    };

    /// Takes the calls in \a text, for beginCall() to begin them one by one. \a answered is called
    /// once, within this call or later; never, where this is gone by then.
    void perform(const QByteArray &text, const Sender &sender, const Answered &answered);
    /// Begins one call that was taken. False: there is none that has not begun.
    [[nodiscard]] bool beginCall();
    /// Called whenever a call has ended and its answer, if it was due, is given.
    void setCallEnded(std::function<void()> callEnded) { m_callEnded = std::move(callEnded); }
    /// Called whenever the peer has shown the server's token.
    void setTokenShown(std::function<void()> tokenShown) { m_tokenShown = std::move(tokenShown); }
    void setMaximumAnswerBytes(qint64 bytes) { m_settings.maximumAnswerBytes = bytes; }
    /// Calls that have not ended.
    [[nodiscard]] qsizetype underWay() const { return m_underWay; }
    /// From now on, if \a token is the server's.
    [[nodiscard]] bool authenticate(const QByteArray &token);
    [[nodiscard]] bool isAuthenticated() const { return m_authenticated; }

private:
    struct Work;

    void begin(const std::shared_ptr<Work> &work, qsizetype place);
    void end(const std::shared_ptr<Work> &work, qsizetype place, const RpcOutcome &outcome);
    void answer(const Work &work) const;
    [[nodiscard]] bool isRight(const QByteArray &token) const;

    std::shared_ptr<const RpcMethods> m_methods;
    Settings m_settings;
    std::function<void()> m_callEnded;
    std::function<void()> m_tokenShown;
    std::deque<std::pair<std::shared_ptr<Work>, qsizetype>> m_toBegin; ///< and its place in there
    qsizetype m_underWay = 0;
    bool m_authenticated = false;
};

} // namespace semper
