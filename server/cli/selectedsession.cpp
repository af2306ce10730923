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
    QStringList empty = session->namesWithoutInstances();
    const auto selected = select(session->processes(), line.operands(), empty);
    if (const auto *exit = std::get_if<CommandExit>(&selected))
        return *exit;
    if (!line.operands().isEmpty())
        empty.removeIf([&line](const QString &name) { return !line.operands().contains(name); });
    return SelectedSession{std::move(session), std::get<QList<ProcessStatus>>(selected), empty};
}

} // namespace semper
