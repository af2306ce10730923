// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QStringView>

#include <optional>

namespace semper {

/// How messages are told apart in a stream of bytes.
enum class RpcFraming {
    Newline, ///< each ends in LF or CR LF; blank lines are nothing
    ContentLength, ///< each has headers as the Language Server Protocol has them
    Swoft, ///< each ends in CR LF CR LF
};

/// "newline", "content-length" or "swoft"; nothing for any other word.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<RpcFraming> rpcFramingFromString(QStringView word);

} // namespace semper
