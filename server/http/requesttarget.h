// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace semper {

/// The path of a request's \a target, percent-decoded once, without its query. Nothing where the
/// target is no absolute path of printable ASCII, or where decoding would change its meaning: dot
/// segments, encoded slashes, control characters, text that is no UTF-8.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<QByteArray> decodedPath(QByteArrayView target);

} // namespace semper
