// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configadvice.h"

#include "config/boundedlooks.h"
#include "launch/launchplan.h"
#include "protocol/keys.h"
#include "spec/jsonpath.h"
#include "supervision/timetable.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <optional>

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ConfigAdvice)
};

/// Nothing, or what is wrong. Looks as a launch does: by its PATH without a slash, else from the
/// process's folder.
std::optional<QString> programFault(
    const QString &program, const QString &directory, const QString &searchPath)
{
    const QDir folder(directory);
    if (program.contains(u'/')) {
        const QFileInfo file(folder, program);
        if (file.isFile())
            return file.isExecutable()
                ? std::nullopt
                : std::optional(Texts::tr("%1 is not executable").arg(quoted(program)));
        return Texts::tr("no program %1").arg(quoted(program));
    }
    const QStringList places = searchPath.split(u':');
    const bool isThere = std::ranges::any_of(places, [&](const QString &place) {
        const QFileInfo file(QDir(folder.absoluteFilePath(place)), program);
        return file.isFile() && file.isExecutable();
    });
    return isThere
        ? std::nullopt
        : std::optional(Texts::tr("no program %1 in PATH (%2)").arg(quoted(program), searchPath));
}

bool comesEver(const ScheduleSpec &schedule)
{
    auto made = Timetable::make(schedule);
    auto *timetable = std::get_if<Timetable>(&made);
    if (timetable != nullptr)
        timetable->begin(QDateTime::currentDateTimeUtc());
    return timetable == nullptr || timetable->next().isValid();
}

QString silence(const QString &path)
{
    return Texts::tr("%1: its file system does not answer").arg(quoted(path));
}

/// Nothing, or what is wrong.
std::optional<QString> folderProblem(const QString &path, BoundedLooks &looks)
{
    const auto isFolder = looks.look<bool>([path] { return QFileInfo(path).isDir(); });
    if (!isFolder)
        return silence(path);
    return *isFolder ? std::nullopt : std::optional(Texts::tr("no folder %1").arg(quoted(path)));
}

std::optional<QString> programProblem(const QString &program, const QString &directory,
    const QString &searchPath, BoundedLooks &looks)
{
    const auto fault = looks.look<std::optional<QString>>(
        [program, directory, searchPath] { return programFault(program, directory, searchPath); });
    return fault.value_or(silence(program));
}

ConfigErrors adviceOn(const ProcessSpec &process, const JsonPath &path, BoundedLooks &looks)
{
    if (!process.enabled)
        return {};
    if (process.schedule && !comesEver(*process.schedule))
        return {{path.key(keys::schedule).toString(), Texts::tr("never comes")}};
    if (!process.directory.isEmpty())
        if (const auto problem = folderProblem(process.directory, looks))
            return {{path.key(keys::directory).toString(), *problem}};
    const auto read = [&looks](const QString &file, std::optional<uid_t> owner) {
        return looks
            .look<EnvironmentBytes>([file, owner] { return readEnvironmentBytes(file, owner); })
            .value_or(silence(file));
    };
    const ForeseenLaunch launch = foreseeLaunch(process, read);
    if (process.isCommand())
        if (const auto problem
            = programProblem(process.command.first(), process.directory, launch.searchPath, looks))
            return {{path.key(keys::command).index(0).toString(), *problem}};
    if (!launch.fileProblem.isEmpty())
        return {{path.key(keys::environmentFile).toString(), launch.fileProblem}};
    return {};
}

} // namespace

ConfigErrors adviceOn(const ServerConfig &config)
{
    BoundedLooks looks;
    ConfigErrors advice;
    for (qsizetype i = 0; i < config.pluginDirectories.size(); ++i)
        if (const auto problem = folderProblem(config.pluginDirectories.at(i), looks))
            advice.append({JsonPath().key(keys::pluginDirectories).index(i).toString(), *problem});
    for (const ServiceSpec &service : config.services) {
        const JsonPath path = JsonPath().key(keys::services).key(service.name).key(keys::processes);
        for (const auto &[name, process] : service.processes.asKeyValueRange())
            advice.append(adviceOn(process, path.key(name), looks));
    }
    return advice;
}

} // namespace semper
