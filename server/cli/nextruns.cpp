// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/nextruns.h"

#include "supervision/timetable.h"

#include <QCoreApplication>
#include <QLocale>

#include <variant>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::NextRuns)
};

/// Empty where it never comes.
QString nextRun(const ScheduleSpec &schedule, const QDateTime &now)
{
    auto made = Timetable::make(schedule);
    auto *timetable = std::get_if<Timetable>(&made);
    if (timetable == nullptr)
        return {};
    timetable->begin(now);
    if (!timetable->next().isValid())
        return {};
    const QTimeZone zone = timetable->zone();
    return QLocale::c().toString(timetable->next().toTimeZone(zone), u"ddd d MMM yyyy HH:mm:ss "_s)
        + QString::fromUtf8(zone.id());
}

} // namespace

QString nextRuns(const ServerConfig &config, const QDateTime &now)
{
    QString text;
    for (const ServiceSpec &service : config.services)
        for (const auto &[name, process] : service.processes.asKeyValueRange())
            if (process.schedule)
                if (const QString run = nextRun(*process.schedule, now); !run.isEmpty())
                    text += Texts::tr("%1: next run %2").arg(name, run) + u'\n';
    return text;
}

} // namespace semper
