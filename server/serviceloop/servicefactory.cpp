// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/servicefactory.h"

#include "spec/serverconfig.h"

#include <semper/httpservice.h>
#include <semper/rpcservice.h>
#include <semper/tcpservice.h>
#include <semper/websocketservice.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

std::unique_ptr<Service> ofType(const QString &type, const QString &name)
{
    if (type == "http"_L1)
        return std::make_unique<HttpService>(name);
    if (type == "rpc"_L1)
        return std::make_unique<RpcService>(name);
    if (type == "websocket"_L1)
        return std::make_unique<WebSocketService>(name);
    if (type == "tcp"_L1)
        return std::make_unique<TcpService>(name);
    return nullptr;
}

} // namespace

std::unique_ptr<Service> makeService(const ServiceSpec &spec)
{
    auto service = ofType(spec.type, spec.name);
    if (service)
        configure(*service, spec);
    return service;
}

void configure(Service &service, const ServiceSpec &spec)
{
    service.setListeners(spec.allListeners());
    service.setLimits(spec.limits);
}

} // namespace semper
