// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/cgroup.h"

#include <QString>

#include <variant>

namespace semper {

/// Where a server may make control groups of its own, or why it may not. Reads some small files
/// of memory.
///
/// SEMPER_CGROUP in the environment names the place, or says "off". Without, it is the group that
/// this process is in, if that was given away: by systemd (Delegate=yes), to this process's user
/// (who is not root), or to a container (root in a cgroup namespace of its own, without systemd in
/// it). Anything else belongs to whoever manages the machine, however much root could write there.
[[nodiscard]] std::variant<Cgroup, QString> cgroupPlace();

/// Whether the folder \a path is one of cgroups version 2.
[[nodiscard]] bool isCgroup(const QString &path);

} // namespace semper
