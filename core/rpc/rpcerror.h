// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QJsonValue>
#include <QString>

#include <stdexcept>

namespace semper {

/// The error of a JSON-RPC 2.0 answer. A method throws it to be answered with it; RpcClient throws
/// it where the peer answered so. what() is "message (code)".
class SEMPER_CORE_EXPORT RpcError : public std::runtime_error
{
public:
    static constexpr int parseError = -32700;
    static constexpr int invalidRequest = -32600;
    static constexpr int methodNotFound = -32601;
    static constexpr int invalidParams = -32602;
    static constexpr int internalError = -32603;
    /// Semper's own, out of the range that servers may define.
    static constexpr int authenticationNeeded = -32001;
    static constexpr int commandRefused = -32002; ///< data: {"code": "unknown_process"}
    static constexpr int tooManyCalls = -32003; ///< under way in the service

    /// \a data goes along where it is not undefined. The codes -32768 to -32000 are reserved; use
    /// others for your own.
    RpcError(int code, const QString &message,
        const QJsonValue &data = QJsonValue(QJsonValue::Undefined));
    RpcError(const RpcError &) noexcept = default;
    RpcError &operator=(const RpcError &) noexcept = default;
    ~RpcError() override;

    [[nodiscard]] int code() const noexcept { return m_code; }
    [[nodiscard]] const QString &message() const noexcept { return m_message; }
    [[nodiscard]] const QJsonValue &data() const noexcept { return m_data; }
    friend bool operator==(const RpcError &one, const RpcError &other)
    {
        return one.m_code == other.m_code && one.m_message == other.m_message
            && one.m_data == other.m_data;
    }

private:
    int m_code;
    QString m_message;
    QJsonValue m_data;
};

} // namespace semper
