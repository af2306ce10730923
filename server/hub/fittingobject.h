// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

namespace semper {

struct ProcessStatus;

/// The process object of \a status as a frame can carry it: what is too long comes without some of
/// its older deaths, or all, and then without the lines that the last launch printed.
[[nodiscard]] QJsonObject fittingObject(const ProcessStatus &status);

} // namespace semper
