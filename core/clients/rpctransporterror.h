// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_clients_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// A call that got no answer; what() says which one and why. An answer that is an error is an
/// RpcError.
class SEMPER_CLIENTS_EXPORT RpcTransportError : public std::runtime_error
{
public:
    enum class Kind {
        Unreachable, ///< no connection in time: the call was not sent
        TooMany, ///< 1024 calls wait already: the call was not sent
        Timeout, ///< sent, and not answered in time; whether it was carried out is not known
        ConnectionLost, ///< sent, and the connection ended before the answer; the same
        BadAnswer, ///< what came back is no answer; the same
    };

    RpcTransportError(Kind kind, const QString &text);
    ~RpcTransportError() override;

    [[nodiscard]] Kind kind() const noexcept { return m_kind; }

private:
    Kind m_kind;
};

} // namespace semper
