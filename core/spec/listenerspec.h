// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/listenaddress.h>

#include <QString>

#include <optional>

namespace semper {

/// The files that a listener speaks TLS with, all PEM, all absolute.
struct TlsSpec
{
    QString certificate; ///< the server's, then those that vouch for it
    QString key; ///< its private key, without a passphrase
    QString clientCa = {}; ///< clients must show a certificate of one of these; empty: none asked
    friend bool operator==(const TlsSpec &, const TlsSpec &) = default;
};

/// One way into a service.
struct ListenerSpec
{
    ListenAddress address = {};
    std::optional<TlsSpec> tls = {};
    QString framing = {}; ///< how a byte stream is cut; empty: as is usual for the service's type
    friend bool operator==(const ListenerSpec &, const ListenerSpec &) = default;
};

} // namespace semper
