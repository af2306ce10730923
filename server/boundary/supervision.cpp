// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/supervision.h"

#include "protocol/keys.h"
#include "spec/jsonpath.h"
#include "spec/signalname.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int maximumInstances = 10'000;

} // namespace

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
    if (text == u"signal")
        return CommandAction::Signal;
    if (text == u"scale")
        return CommandAction::Scale;
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
    case CommandAction::Signal:
        return QLatin1StringView("signal");
    case CommandAction::Scale:
        return QLatin1StringView("scale");
    }
    Q_UNREACHABLE();
}

std::variant<SupervisionCommand, CommandError> SupervisionCommand::read(
    CommandAction action, const QString &selector, const QJsonObject &parameters, const QString &by)
{
    const auto bad = [](const QString &detail) {
        return CommandError{.code = u"bad_parameter"_s, .detail = detail};
    };
    SupervisionCommand command{.action = action, .selector = selector, .by = by};
    if (action == CommandAction::Signal) {
        const QString name = parameters.value(keys::signal).toString();
        const auto number = signalFromName(name.startsWith(u"SIG"_s) ? name.sliced(3) : name);
        if (!number)
            return bad(u"\"signal\" must name a signal, such as HUP, not %1"_s.arg(quoted(name)));
        command.signal = *number;
    }
    if (action == CommandAction::Scale) {
        const double instances = parameters.value(keys::instances).toDouble(-1);
        if (instances < 0 || instances > maximumInstances || instances != std::floor(instances))
            return bad(
                u"\"instances\" must be a whole number from 0 to %1"_s.arg(maximumInstances));
        command.instances = int(instances);
    }
    return command;
}

} // namespace semper
