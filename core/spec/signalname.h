// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>
#include <QStringView>

#include <optional>

namespace semper {

/// "SIGTERM" for SIGTERM; "SIG<number>" for one without a name here, such as a real-time signal.
[[nodiscard]] SEMPER_CORE_EXPORT QString signalName(int number);

/// "TERM" or "SIGTERM", in capitals; nothing for any other text.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<int> signalFromName(QStringView name);

/// Names, without SIG, of the signals that a program may take as "please end".
[[nodiscard]] SEMPER_CORE_EXPORT QStringList stopSignalNames();

} // namespace semper
