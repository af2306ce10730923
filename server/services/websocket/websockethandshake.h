// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/problem.h"

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace semper {

struct RequestHead;

/// Whether \a head wants its connection to become a WebSocket, be it rightly.
[[nodiscard]] SEMPER_SERVER_EXPORT bool asksForWebSocket(const RequestHead &head);
/// Why it may not, by RFC 6455, 4.2.1: 400, 405 or 426. Nothing for a proper handshake.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<Problem> handshakeProblem(const RequestHead &head);
/// The first of the client's subprotocols that is among \a supported; empty where none is.
[[nodiscard]] SEMPER_SERVER_EXPORT QString agreedSubprotocol(
    const RequestHead &head, const QStringList &supported);
/// Whether no web page asks, or one that came from the very host and port that it asks.
[[nodiscard]] SEMPER_SERVER_EXPORT bool isOwnOrigin(const RequestHead &head);
/// The same handshake in its plainest form, for QtWebSockets.
[[nodiscard]] QByteArray canonicalHandshake(const RequestHead &head, const QString &subprotocol);

} // namespace semper
