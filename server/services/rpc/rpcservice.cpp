// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcservice.h"

#include "net/connectiontable.h"
#include "net/peername.h"
#include "net/streamlistener.h"
#include "services/base/servicecontext.h"
#include "services/rpc/rpcconnection.h"
#include "services/rpc/rpcmethods.h"
#include "services/rpc/rpcstockmethods.h"

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logRpcService, "semper.server.rpc", QtInfoMsg)

} // namespace

RpcService::RpcService(QAnyStringView name, const Options &options)
    : Service(name, {.listen = options.listen, .tls = options.tls, .framing = options.framing},
        options.limits)
    , m_methods(std::make_shared<RpcMethods>())
{
    for (const auto &[method, handler] :
        rpcStockMethods(*this, [this] { return context().supervision; }))
        addMethod(method, handler);
}

RpcService::~RpcService()
{
    // Aborted, none makes calls any more: handlers may refer to what is gone by now.
    const QList<Connection> open = connections();
    for (const Connection &connection : open)
        if (LiveConnection *live = table().find(connection.id))
            live->abort();
    dropListeners();
}

QString RpcService::type() const
{
    return u"rpc"_s;
}

bool RpcService::addMethod(const QString &name, RpcHandler handler)
{
    const bool added = m_methods->add(name, std::move(handler));
    if (!added)
        qCWarning(logRpcService, "no method can be called \"%ls\"", qUtf16Printable(name));
    return added;
}

std::unique_ptr<ServiceListener> RpcService::makeListener(const ListenerSpec &)
{
    return std::make_unique<StreamListener>(table(), limits(),
        [this](const StreamListener &listener, QTcpSocket *socket, quint64 id) -> LiveConnection * {
            auto session = std::make_shared<RpcSession>(m_methods,
                RpcSession::Settings{.connection = id,
                    .peer = peerName(*socket),
                    .maximumAnswerBytes = listener.limits().queueMaxBytes,
                    .mostAbandoned = listener.limits().connections,
                    .isToken = [this](const QByteArray &token) { return isToken(token); }});
            return new RpcConnection(socket, id, listener.spec(), listener.limits(),
                std::move(session), listener.line(), &m_partings);
        });
}

} // namespace semper
