// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/processphase.h"

#include <QLatin1StringView>

#include <array>
#include <utility>

namespace semper {

namespace {

constexpr std::array<std::pair<ProcessPhase, QLatin1StringView>, 8> phaseNames{{
    {ProcessPhase::Stopped, QLatin1StringView("stopped")},
    {ProcessPhase::Waiting, QLatin1StringView("waiting")},
    {ProcessPhase::Starting, QLatin1StringView("starting")},
    {ProcessPhase::Running, QLatin1StringView("running")},
    {ProcessPhase::Backoff, QLatin1StringView("backoff")},
    {ProcessPhase::Stopping, QLatin1StringView("stopping")},
    {ProcessPhase::Failed, QLatin1StringView("failed")},
    {ProcessPhase::Done, QLatin1StringView("done")},
}};

} // namespace

QString phaseName(ProcessPhase phase)
{
    for (const auto &[value, name] : phaseNames)
        if (value == phase)
            return name;
    return {};
}

std::optional<ProcessPhase> phaseFromString(QStringView text)
{
    for (const auto &[value, name] : phaseNames)
        if (name == text)
            return value;
    return std::nullopt;
}

} // namespace semper
