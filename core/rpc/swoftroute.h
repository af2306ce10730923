// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringView>

namespace semper {

/// The method that Swoft's `<version>::<Interface>::<method>` names here: the interface's last
/// segment, without the suffix "Interface" and in lower case, a dot, and the method.
/// `1.0::Semper\Rpc\ProcessesInterface::list` is `processes.list`. Empty for anything else.
[[nodiscard]] SEMPER_CORE_EXPORT QString methodOfSwoftRoute(QStringView route);

} // namespace semper
