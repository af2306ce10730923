// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/listenerspec.h>
#include <semper/semper_server_export.h>

#include <QLatin1StringView>
#include <QSslConfiguration>
#include <QString>

#include <variant>

namespace semper {

/// Why a listener cannot speak TLS.
struct TlsFault
{
    QLatin1StringView key; ///< of "tls" in the configuration: "certificate", "key" or "client_ca"
    QString message; ///< a sentence that names the file
    friend bool operator==(const TlsFault &, const TlsFault &) = default;
};

/// Reads the files of \a spec and tries them out, as far as that goes without a client: they are
/// there, are PEM, fit each other, and nobody but the owner and the group may read the key. Blocks
/// while it reads them. An expired certificate is none of its business.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<QSslConfiguration, TlsFault> readTlsFiles(
    const TlsSpec &spec);

} // namespace semper
