// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "protocol/processstatus.h"

#include <QList>
#include <QString>

namespace semper {

/// How all processes are, in a line for people: "4 of 5 processes ready; failed: importer". Those
/// that are not wanted up, or done, do not count. Names a few of those in trouble, and how many
/// more there are.
[[nodiscard]] SEMPER_SERVER_EXPORT QString statusLine(const QList<ProcessStatus> &processes);
/// The same during a stop: "stopping; still alive: importer".
[[nodiscard]] SEMPER_SERVER_EXPORT QString stoppingLine(const QList<ProcessStatus> &processes);

} // namespace semper
