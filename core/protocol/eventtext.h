// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QJsonObject>
#include <QString>

namespace semper {

/// What an event object tells, for people, without its time and its process: "exited with code 3,
/// restarting". An event of a type that this does not know: the type, and its reason.
[[nodiscard]] SEMPER_CORE_EXPORT QString describeEvent(const QJsonObject &event);

} // namespace semper
