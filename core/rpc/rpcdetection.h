// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArrayView>

namespace semper {

/// What a peer speaks, by the first bytes that it sent.
enum class RpcDetection {
    NeedsMore, ///< nothing can be said yet
    /// One line in CR LF, which is a whole message in one framing and not quite one in another:
    /// where the peer waits now, it is the first.
    NewlineUnlessMoreComes,
    Newline,
    ContentLength,
    Swoft,
    Http,
    Foreign, ///< binary: none of these
};

/// Tells the framings apart: a header's name, an HTTP method, or JSON, and then by how its first
/// line ends. Needs at most the first line and the two bytes behind it.
[[nodiscard]] SEMPER_CORE_EXPORT RpcDetection detectRpcFraming(QByteArrayView bytes);

} // namespace semper
