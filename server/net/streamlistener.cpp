// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/streamlistener.h"

#include <utility>

namespace semper {

StreamListener::StreamListener(ConnectionTable &table, const ServiceLimits &limits, Factory factory,
    QLatin1StringView scheme, QLatin1StringView tlsScheme, QObject *parent)
    : ServiceListener(table, limits, parent)
    , m_factory(std::move(factory))
    , m_scheme(scheme)
    , m_tlsScheme(tlsScheme)
{ }

StreamListener::~StreamListener()
{
    dropConnections();
}

LiveConnection *StreamListener::serve(QTcpSocket *socket, quint64 id)
{
    return m_factory(*this, socket, id);
}

QLatin1StringView StreamListener::scheme() const
{
    return spec().tls ? m_tlsScheme : m_scheme;
}

} // namespace semper
