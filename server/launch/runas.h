// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/limitsspec.h>
#include <semper/semper_server_export.h>

#include <QString>

#include <optional>
#include <variant>
#include <vector>

#include <sys/types.h>

namespace semper {

/// As whom a launch runs: the kernel's numbers, looked up before the fork.
struct RunAs
{
    std::optional<uid_t> user = {}; ///< nothing: the server's
    gid_t group = 0;
    std::vector<gid_t> groups = {}; ///< supplementary
    // Of the user's entry; empty without one.
    QString name = {};
    QString home = {};
    QString shell = {};

    friend bool operator==(const RunAs &, const RunAs &) = default;
};

/// Nothing where the process runs as the server does; else as whom, or why that cannot be: "no
/// user \"orders\" on this machine".
using RunAsResult = std::variant<std::optional<RunAs>, QString>;

/// What "user" and "run_as_group" come to. Asks the user database the first time, which may be on
/// the network and then blocks; who was found is remembered until refreshRunAs(). Supervision's
/// thread.
[[nodiscard]] SEMPER_SERVER_EXPORT RunAsResult lookUpRunAs(const LimitsSpec &limits);

/// Before a configuration is checked again: whoever is looked up from now on is asked for anew. The
/// ones of before are remembered beside, until keepRunAs() or restoreRunAs().
SEMPER_SERVER_EXPORT void refreshRunAs();
/// The configuration is obeyed: those that it has looked up hold.
SEMPER_SERVER_EXPORT void keepRunAs();
/// It is not: those of before hold.
SEMPER_SERVER_EXPORT void restoreRunAs();

} // namespace semper
