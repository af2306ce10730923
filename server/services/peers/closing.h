// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QtGlobal>

namespace semper {

/// The close codes of RFC 6455, 7.4, and of the registry that it began, which are used here.
namespace closecode {

inline constexpr quint16 normal = 1000;
inline constexpr quint16 goingAway = 1001;
inline constexpr quint16 protocolError = 1002;
inline constexpr quint16 unsupportedData = 1003;
inline constexpr quint16 invalidPayload = 1007;
inline constexpr quint16 policyViolation = 1008;
inline constexpr quint16 messageTooBig = 1009;
inline constexpr quint16 internalError = 1011;
inline constexpr quint16 tryAgainLater = 1013;
inline constexpr quint16 badGateway = 1014;

} // namespace closecode

/// Why a WebSocket has to be closed, as its close frame tells it.
struct WebSocketFault
{
    quint16 code = closecode::normal;
    QString detail = {};
    friend bool operator==(const WebSocketFault &, const WebSocketFault &) = default;
};

} // namespace semper
