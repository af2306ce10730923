// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configadvice.h"

#include "launch/launchplan.h"
#include "protocol/keys.h"
#include "spec/jsonpath.h"
#include "supervision/timetable.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ConfigAdvice)
};

bool isFolder(const QString &path)
{
    return QFileInfo(path).isDir();
}

bool isProgram(const QDir &folder, const QString &path)
{
    const QFileInfo file(folder, path);
    return file.isFile() && file.isExecutable();
}

/// As a launch looks for it: by its PATH without a slash, else from the process's folder.
bool isProgram(const QString &program, const QString &directory, const QString &searchPath)
{
    const QDir folder(directory);
    if (program.contains(u'/'))
        return isProgram(folder, program);
    const QStringList places = searchPath.split(u':');
    return std::ranges::any_of(places, [&](const QString &place) {
        return isProgram(QDir(folder.absoluteFilePath(place)), program);
    });
}

bool comesEver(const ScheduleSpec &schedule)
{
    auto made = Timetable::make(schedule);
    auto *timetable = std::get_if<Timetable>(&made);
    if (timetable != nullptr)
        timetable->begin(QDateTime::currentDateTimeUtc());
    return timetable == nullptr || timetable->next().isValid();
}

ConfigErrors adviceOn(const ProcessSpec &process, const JsonPath &path)
{
    if (!process.enabled)
        return {};
    if (process.schedule && !comesEver(*process.schedule))
        return {{path.key(keys::schedule).toString(), Texts::tr("never comes")}};
    if (!process.directory.isEmpty() && !isFolder(process.directory))
        return {{path.key(keys::directory).toString(),
            Texts::tr("no folder %1").arg(quoted(process.directory))}};
    const ForeseenLaunch launch = foreseeLaunch(process);
    if (process.isCommand()
        && !isProgram(process.command.first(), process.directory, launch.searchPath))
        return {{path.key(keys::command).index(0).toString(),
            Texts::tr("no program %1").arg(quoted(process.command.first()))}};
    if (!launch.fileProblem.isEmpty())
        return {{path.key(keys::environmentFile).toString(), launch.fileProblem}};
    return {};
}

} // namespace

ConfigErrors adviceOn(const ServerConfig &config)
{
    ConfigErrors advice;
    for (qsizetype i = 0; i < config.pluginDirectories.size(); ++i)
        if (!isFolder(config.pluginDirectories.at(i)))
            advice.append({JsonPath().key(keys::pluginDirectories).index(i).toString(),
                Texts::tr("no folder %1").arg(quoted(config.pluginDirectories.at(i)))});
    for (const ServiceSpec &service : config.services) {
        const JsonPath path = JsonPath().key(keys::services).key(service.name).key(keys::processes);
        for (const auto &[name, process] : service.processes.asKeyValueRange())
            advice.append(adviceOn(process, path.key(name)));
    }
    return advice;
}

} // namespace semper
