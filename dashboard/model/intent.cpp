// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/intent.h"

#include "model/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Intent)
};

} // namespace

QString toString(Action action)
{
    switch (action) {
    case Action::Start:
        return u"start"_s;
    case Action::Stop:
        return u"stop"_s;
    case Action::Restart:
        return u"restart"_s;
    }
    Q_UNREACHABLE();
}

QString actionName(Action action)
{
    switch (action) {
    case Action::Start:
        return Words::tr("Start");
    case Action::Stop:
        return Words::tr("Stop");
    case Action::Restart:
        return Words::tr("Restart");
    }
    Q_UNREACHABLE();
}

bool Intent::isDone(const ProcessStatus &status) const
{
    if (status.isUnkillable())
        return accepted; // and that, rather than what was wanted, is to be seen
    switch (status.state) {
    case ProcessPhase::Stopped:
    case ProcessPhase::Done:
        return action == Action::Stop || (accepted && status.state == ProcessPhase::Done);
    case ProcessPhase::Failed:
    case ProcessPhase::Backoff:
        return accepted && action != Action::Stop;
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        return action == Action::Start
            || (action == Action::Restart && status.pid.has_value() && status.pid != pidBefore);
    case ProcessPhase::Stopping:
        return false;
    }
    Q_UNREACHABLE();
}

QString Intent::describe(Clock::time_point now) const
{
    const auto age
        = format::duration(std::chrono::duration_cast<std::chrono::milliseconds>(now - since));
    switch (action) {
    case Action::Start:
        return Words::tr("Starting… %1").arg(age);
    case Action::Stop:
        return Words::tr("Stopping… %1").arg(age);
    case Action::Restart:
        return Words::tr("Restarting… %1").arg(age);
    }
    Q_UNREACHABLE();
}

} // namespace semper::dashboard
