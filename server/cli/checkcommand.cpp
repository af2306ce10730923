// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/reloading.h"
#include "cli/command.h"
#include "cli/configchoice.h"
#include "cli/nextruns.h"
#include "cli/terminaltext.h"
#include "config/configadvice.h"
#include "config/missinghere.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::CheckCommand)
};

qsizetype processCount(const ServerConfig &config)
{
    qsizetype count = 0;
    for (const ServiceSpec &service : config.services)
        count += service.processes.size();
    return count;
}

QString counted(qsizetype count, const QString &one, const QString &many)
{
    return u"%1 %2"_s.arg(count).arg(count == 1 ? one : many);
}

/// How much disk the limits allow.
QString diskUse(const ServerConfig &config)
{
    return Texts::tr("journal: up to %1, %2, in %3")
               .arg(humanBytes(config.journal.maxBytes), humanDuration(config.journal.maxAge),
                   printable(config.stateDirectory))
        + u'\n';
}

QString toJson(const QString &file, const ConfigErrors &errors, const ConfigErrors &advice)
{
    const QJsonObject report{{u"file"_s, file}, {keys::ok, errors.isEmpty()},
        {u"errors"_s, toJson(errors)}, {u"warnings"_s, toJson(advice)}};
    return jsonText(QJsonDocument(report));
}

int check(const CommandLine &line, const CommandSyntax &)
{
    const auto chosen = chooseConfigFile(line.value(u"config"_s));
    if (const auto *exit = std::get_if<CommandExit>(&chosen))
        return leave(*exit);
    const QString &file = std::get<QString>(chosen);
    const PartialConfig loaded = loadPartialConfigFile(file, line.value(u"socket"_s));
    const ServerConfig &config = loaded.config;
    ConfigErrors errors = allErrors(loaded);
    if (line.has(u"load"_s) && errors.isEmpty())
        errors = unloadableHere(config);
    const ConfigErrors advice = adviceOn(config);
    if (line.has(u"json"_s)) {
        print(toJson(file, errors, advice));
        return int(errors.isEmpty() ? ExitCode::Done : ExitCode::Failed);
    }
    for (const ConfigError &it : advice)
        complain(Texts::tr("warning: %1").arg(it.toString()) + u'\n');
    if (!errors.isEmpty())
        return leave({ExitCode::Failed, toText(file, errors)});
    return leave({ExitCode::Done,
        Texts::tr("%1: ok, %2, %3")
                .arg(QFileInfo(file).fileName(),
                    counted(config.services.size(), Texts::tr("service"), Texts::tr("services")),
                    counted(processCount(config), Texts::tr("process"), Texts::tr("processes")))
            + u'\n' + diskUse(config) + nextRuns(config, QDateTime::currentDateTimeUtc())});
}

} // namespace

Command checkCommand()
{
    CommandSyntax syntax{.program = u"semper check"_s,
        .summary = Texts::tr("Lists every error of a configuration, and what it names that does "
                             "not exist here."),
        .options = commonOptions(),
        .mostOperands = 0};
    syntax.options.append({u"load"_s,
        Texts::tr("load the plugins as well, to find those that cannot be; this runs their code")});
    return {u"check"_s, syntax, check};
}

} // namespace semper
