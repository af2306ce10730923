// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/selectedsession.h"

#include "cli/selection.h"

#include <utility>

namespace semper {

std::variant<SelectedSession, CommandExit> openSelected(const CommandLine &line)
{
    auto opened = CommandSession::open(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return *exit;
    auto &session = std::get<std::unique_ptr<CommandSession>>(opened);
    QStringList empty = session->namesWithoutInstances();
    const auto selected = select(session->processes(), line.operands(), empty);
    if (const auto *exit = std::get_if<CommandExit>(&selected))
        return *exit;
    if (!line.operands().isEmpty())
        empty.removeIf([&line](const QString &name) { return !line.operands().contains(name); });
    return SelectedSession{std::move(session), std::get<QList<ProcessStatus>>(selected), empty};
}

} // namespace semper
