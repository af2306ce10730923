// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/rpcerror.h>
#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

#include <memory>

namespace semper {

class RpcSession;

/// One call of a method, as its handler sees it. A copy is cheap.
class SEMPER_SERVER_EXPORT RpcCall
{
public:
    struct Facts
    {
        QString method; ///< by which name it was registered
        QJsonValue params; ///< an array, an object, or undefined
        QJsonObject ext; ///< what goes along in Swoft's framing
        quint64 connection = 0; ///< see Service::connections()
        QString peer; ///< as in Connection::peer
        bool authenticated = false;
        bool showedWrongToken = false;
    };
    RpcCall(Facts facts, std::weak_ptr<RpcSession> session);
    ~RpcCall();
    RpcCall(const RpcCall &);
    RpcCall(RpcCall &&) noexcept;
    RpcCall &operator=(const RpcCall &);
    RpcCall &operator=(RpcCall &&) noexcept;

    [[nodiscard]] const QString &method() const { return m_facts.method; }
    [[nodiscard]] const QJsonValue &params() const { return m_facts.params; }
    [[nodiscard]] const QJsonObject &ext() const { return m_facts.ext; }
    /// The id of the connection that it came by. It may be gone when a coroutine goes on.
    [[nodiscard]] quint64 connection() const { return m_facts.connection; }

    /// Who is at its other end, as Connection::peer tells it.
    [[nodiscard]] const QString &peer() const { return m_facts.peer; }

    /// The argument at \a position, or called \a name, whichever way the caller gave them;
    /// undefined where there is none.
    [[nodiscard]] QJsonValue argument(qsizetype position, QAnyStringView name) const;
    /// The same, but throws "Invalid params" where it is missing or, with the second, no string.
    [[nodiscard]] QJsonValue needed(qsizetype position, QAnyStringView name) const;
    [[nodiscard]] QString neededString(qsizetype position, QAnyStringView name) const;

    /// Whether the caller has shown the server's token: with the call, or on its connection.
    [[nodiscard]] bool isAuthenticated() const { return m_facts.authenticated; }
    /// Throws "authentication needed" where it has not, or "failed" where it showed another.
    void requireToken() const;
    /// Has all further calls on the connection count as authenticated, if \a token is the
    /// server's. False where it is not, and over HTTP, where each request stands for itself.
    bool authenticate(const QByteArray &token) const;

private:
    Facts m_facts;
    std::weak_ptr<RpcSession> m_session;
};

} // namespace semper
