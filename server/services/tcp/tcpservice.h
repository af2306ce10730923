// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/peerhandler.h>
#include <semper/semper_server_export.h>
#include <semper/service.h>

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>
#include <utility>

namespace semper {

class PeerGroup;

struct TcpServiceOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    std::optional<TlsSpec> tls = {}; ///< none: no TLS
    QString framing = {}; ///< "newline" (the default), "length" or "raw"
    ServiceLimits limits = {};
};

/// A service that exchanges frames of bytes with its clients. Those that begin with a hello and the
/// server's token watch and command the server, as over the hub's socket; all others are the
/// handler's, or turned away where there is none. The services' thread only.
class SEMPER_SERVER_EXPORT TcpService : public Service
{
    Q_OBJECT
public:
    using Options = TcpServiceOptions;

    explicit TcpService(QAnyStringView name, const Options &options = {});
    ~TcpService() override;

    /// Hands each frame to \a handler, a function or a coroutine of (const Peer &, const QByteArray
    /// &). Those of one client come one after the other, each when the one before is done with;
    /// meanwhile those of others do. What it throws closes the connection. Who asks is for the
    /// handler to find out: isToken() is the check that the server makes.
    template <typename Handler>
    void onFrame(Handler handler)
    {
        setHandler(detail::peerHandler<QByteArray>(std::move(handler)));
    }
    void onConnected(PeerListener listener);
    /// Also for one that says hello, and so is no peer any more; not for those that are connected
    /// when the service goes.
    void onDisconnected(PeerListener listener);

    using Service::send;
    /// As Peer::send(). Watchers are no peers, here and below.
    bool send(quint64 id, const QByteArray &frame);
    void broadcast(const QByteArray &frame);

    [[nodiscard]] QString type() const override;

protected:
    [[nodiscard]] std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec) override;

private:
    void setHandler(PeerHandler handler);

    std::unique_ptr<PeerGroup> m_peers;
};

} // namespace semper
