// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/rpccall.h>
#include <semper/rpchandler.h>
#include <semper/semper_server_export.h>
#include <semper/service.h>

#include <QString>

#include <memory>
#include <optional>
#include <utility>

namespace semper {

class RpcMethods;

struct RpcServiceOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    std::optional<TlsSpec> tls = {}; ///< none: no TLS
    /// "newline", "content-length" or "swoft"; "auto" tells these and HTTP apart by the first bytes
    QString framing = QStringLiteral("auto");
    ServiceLimits limits = {};
};

/// JSON-RPC 2.0 over TCP and over HTTP POST, on one port, with methods of your own:
/// \code
/// auto &rpc = app.addService<semper::RpcService>(u"rpc"_s, {.listen = u"127.0.0.1:18307"_s});
/// rpc.method(u"sum"_s, [](const semper::RpcCall &call) {
///     return call.needed(0, u"a"_s).toDouble() + call.needed(1, u"b"_s).toDouble();
/// });
/// \endcode
/// It also has methods to see and command the server, for who shows its token. The services' thread
/// only.
class SEMPER_SERVER_EXPORT RpcService : public Service
{
    Q_OBJECT
public:
    using Options = RpcServiceOptions;

    explicit RpcService(QAnyStringView name, const Options &options = {});
    ~RpcService() override;

    /// Answers calls of \a name, in Swoft's framing also those of a route that means it. \a handler
    /// takes a const RpcCall & and returns what a QJsonValue can be made of, or nothing; or, as a
    /// coroutine, a QCoro::Task of that: then others are answered meanwhile. RpcError is the
    /// caller's answer; what else it throws is logged, and answered with "Internal error". A later
    /// handler replaces an earlier one, and the stock ones. Everybody may call it, unless it asks
    /// call.requireToken(). False for a name that is empty or begins with "rpc.".
    template <typename Handler>
    bool method(QAnyStringView name, Handler handler)
    {
        return addMethod(name.toString(), detail::rpcHandler(std::move(handler)));
    }

    [[nodiscard]] QString type() const override;

protected:
    [[nodiscard]] std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec) override;

private:
    bool addMethod(const QString &name, RpcHandler handler);

    std::shared_ptr<RpcMethods> m_methods;
    QObject m_partings; ///< parent of clients that left and wait for answers
};

} // namespace semper
