// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/effect.h"

#include "cli/terminaltext.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Verdict reachedIf(bool reached)
{
    return {.kind = reached ? Verdict::Kind::Reached : Verdict::Kind::Pending};
}

/// Nothing that is under way will bring it there.
Verdict outOfReach(const ProcessStatus &status)
{
    const QString state = phaseName(status.state);
    const QString why = status.explain();
    return {.kind = Verdict::Kind::OutOfReach,
        .reason = why.isEmpty() ? state : u"%1: %2"_s.arg(state, printable(why))};
}

/// It waits for what will not come by itself.
bool isStranded(const ProcessStatus &status)
{
    if (status.state != ProcessPhase::Waiting || !status.cause)
        return false;
    if (const auto *scheduled = status.cause->as<cause::Scheduled>())
        return !scheduled->nextStartAt.isValid();
    const auto *waiting = status.cause->as<cause::Waiting>();
    return waiting
        && (waiting->state == ProcessPhase::Failed || waiting->state == ProcessPhase::Stopped);
}

bool isDown(const ProcessStatus &status)
{
    return status.state == ProcessPhase::Stopped || status.state == ProcessPhase::Failed
        || status.state == ProcessPhase::Done;
}

} // namespace

std::optional<Effect> effectFromString(QStringView text)
{
    if (text == "ready"_L1)
        return Effect::Ready;
    if (text == "up"_L1)
        return Effect::Up;
    if (text == "down"_L1)
        return Effect::Down;
    if (text == "done"_L1)
        return Effect::Done;
    return std::nullopt;
}

Verdict judge(Effect effect, const ProcessStatus &before, const ProcessStatus &status)
{
    const bool running = status.state == ProcessPhase::Running;
    const bool failed = status.state == ProcessPhase::Failed;
    const bool done = status.state == ProcessPhase::Done;
    const bool another = status.pid != before.pid || status.startedAt != before.startedAt;
    const bool stranded = isStranded(status);
    // Nobody will launch it by itself: it was stopped, is disabled, or waits for what never comes.
    const bool idle
        = (status.state == ProcessPhase::Stopped && status.wanted == Wanted::Down) || stranded;
    switch (effect) {
    case Effect::Ready:
        return failed || idle ? outOfReach(status)
                              : reachedIf(done || (running && status.ready && !status.outdated));
    case Effect::Up:
        return failed || done || idle ? outOfReach(status) : reachedIf(running);
    case Effect::Down:
        return reachedIf(isDown(status));
    case Effect::Stopped:
        return status.isUnkillable() ? outOfReach(status) : reachedIf(isDown(status));
    case Effect::Done:
        return failed || idle ? outOfReach(status) : reachedIf(done);
    case Effect::Relaunched:
        return failed || stranded || status.isUnkillable()
            ? outOfReach(status)
            : reachedIf(done || (running && status.ready && another));
    case Effect::Started:
        return failed || stranded || status.isUnkillable()
            ? outOfReach(status)
            : reachedIf(done || (running && status.ready));
    }
    Q_UNREACHABLE();
}

} // namespace semper
