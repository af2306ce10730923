// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/selectedsession.h"

#include "cli/selection.h"
#include "cli/serverfinder.h"

#include <utility>

namespace semper {

std::variant<SelectedSession, CommandExit> openSelected(const CommandLine &line)
{
    const auto socket = findServer(line);
    if (const auto *exit = std::get_if<CommandExit>(&socket))
        return *exit;
    auto session = std::make_unique<HubSession>(std::get<QString>(socket));
    if (const auto exit = session->open())
        return *exit;
    const auto selected = select(session->processes(), line.operands());
    if (const auto *exit = std::get_if<CommandExit>(&selected))
        return *exit;
    return SelectedSession{std::move(session), std::get<QList<ProcessStatus>>(selected)};
}

} // namespace semper
