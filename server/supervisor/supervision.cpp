// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervision.h"

namespace semper {

std::optional<CommandAction> commandActionFromString(QStringView text)
{
    if (text == u"start")
        return CommandAction::Start;
    if (text == u"stop")
        return CommandAction::Stop;
    if (text == u"restart")
        return CommandAction::Restart;
    if (text == u"reset")
        return CommandAction::Reset;
    return std::nullopt;
}

QLatin1StringView actionName(CommandAction action)
{
    switch (action) {
    case CommandAction::Start:
        return QLatin1StringView("start");
    case CommandAction::Stop:
        return QLatin1StringView("stop");
    case CommandAction::Restart:
        return QLatin1StringView("restart");
    case CommandAction::Reset:
        return QLatin1StringView("reset");
    }
    Q_UNREACHABLE();
}

} // namespace semper
