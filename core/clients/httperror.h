// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_clients_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// A request that got no answer that could be used; what() says which one and why. An answer of
/// status 400 and above is none of these: see HttpResponse::isSuccess().
class SEMPER_CLIENTS_EXPORT HttpError : public std::runtime_error
{
public:
    enum class Kind {
        Unreachable, ///< no such host, nobody listens, no network, or a proxy in between refused
        Timeout, ///< no whole answer in time
        Tls, ///< the other side could not prove who it is, or there was no way to encrypt
        TooLarge, ///< the body is longer than this client takes
        Protocol, ///< cut off once it was sent, no HTTP, an address that is none, or sent round in
                  ///< circles
    };

    HttpError(Kind kind, const QString &text);
    ~HttpError() override;

    [[nodiscard]] Kind kind() const noexcept { return m_kind; }

private:
    Kind m_kind;
};

} // namespace semper
