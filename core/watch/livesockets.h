// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>

namespace semper {

/// Somebody listens on the socket at \a path, be it only that this user may not connect. A socket
/// that a killed server left behind refuses. Never blocks.
[[nodiscard]] SEMPER_CORE_EXPORT bool isListening(const QString &path);

/// The sockets in socketDirectory() on which somebody listens, sorted; none where somebody else
/// could have put them there (distrustOfPath()).
[[nodiscard]] SEMPER_CORE_EXPORT QStringList liveSockets();

} // namespace semper
