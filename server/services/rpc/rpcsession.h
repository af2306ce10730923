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

    /// Keeps \a text for beginCall() to read and begin its calls one by one. \a answered is called
    /// once, later; never, where this is gone by then.
    void perform(const QByteArray &text, const Sender &sender, const Answered &answered);
    /// Begins one call, or does what has to be done before. False: there is none that has not
    /// begun.
    [[nodiscard]] bool beginCall();
    /// Called whenever a call has ended and its answer, if it was due, is given.
    void setCallEnded(std::function<void()> callEnded) { m_callEnded = std::move(callEnded); }
    /// Called whenever the peer has shown the server's token.
    void setTokenShown(std::function<void()> tokenShown) { m_tokenShown = std::move(tokenShown); }
    void setMaximumAnswerBytes(qint64 bytes) { m_settings.maximumAnswerBytes = bytes; }
    /// Calls that have not ended. A message counts as one until it is known how many it has.
    [[nodiscard]] qsizetype underWay() const { return m_underWay; }
    /// From now on, if \a token is the server's.
    [[nodiscard]] bool authenticate(const QByteArray &token);
    [[nodiscard]] bool isAuthenticated() const { return m_authenticated; }
    /// Messages that wait, what calls under way were given, and answers that wait for others.
    [[nodiscard]] qint64 heldBytes() const { return m_waiting + m_given; }

private:
    struct Work;
    struct Begun;

    void begin(const std::shared_ptr<Work> &work);
    void call(const RpcRequest &request, const Begun &begun);
    void end(const Begun &begun, const RpcOutcome &outcome);
    void answerOne(const Begun &begun, const QByteArray &text);
    void answer(Work &work);
    void weigh(Work &work);
    [[nodiscard]] bool isRight(const QByteArray &token) const;

    std::shared_ptr<const RpcMethods> m_methods;
    Settings m_settings;
    std::function<void()> m_callEnded;
    std::function<void()> m_tokenShown;
    std::deque<std::shared_ptr<Work>> m_toBegin;
    qsizetype m_underWay = 0;
    qint64 m_waiting = 0; ///< bytes of messages and answers
    qint64 m_given = 0; ///< bytes that calls under way were given
    bool m_authenticated = false;
};

} // namespace semper
