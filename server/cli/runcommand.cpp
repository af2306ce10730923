// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/configchoice.h"
#include "spec/configfile.h"
#include "spec/jsonscan.h"

#include <semper/userprocessmain.h>

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::RunCommand)
};

/// The object in --settings; an empty one without.
std::variant<QJsonObject, CommandExit> settingsOf(const CommandLine &line)
{
    const QString file = line.value(u"settings"_s);
    if (file.isEmpty())
        return QJsonObject();
    const auto bytes = readConfigFile(file);
    if (const auto *error = std::get_if<ConfigError>(&bytes))
        return CommandExit{ExitCode::Failed, toText(file, {*error})};
    if (const ConfigErrors errors = scanJson(std::get<QByteArray>(bytes)); !errors.isEmpty())
        return CommandExit{ExitCode::Failed, toText(file, errors)};
    const QJsonDocument document = QJsonDocument::fromJson(std::get<QByteArray>(bytes));
    if (!document.isObject())
        return CommandExit{
            ExitCode::Failed, toText(file, {{u"$"_s, Texts::tr("must be an object")}})};
    return document.object();
}

int run(const CommandLine &line, const CommandSyntax &)
{
    const auto settings = settingsOf(line);
    if (const auto *exit = std::get_if<CommandExit>(&settings))
        return leave(*exit);
    QStringList directories;
    if (line.has(u"plugin-directory"_s))
        directories.append(line.value(u"plugin-directory"_s));
    return runInForeground({.className = line.operands().constFirst(),
        .settings = std::get<QJsonObject>(settings),
        .pluginDirectories = directories,
        .asJson = line.has(u"json"_s)});
}

} // namespace

Command runCommand()
{
    CommandSyntax syntax{.program = u"semper run"_s,
        .operands = u"CLASS"_s,
        .summary
        = Texts::tr("Runs one user process in the foreground, unsupervised, for its author."),
        .options = commonOptions(),
        .leastOperands = 1,
        .mostOperands = 1};
    syntax.options.append(
        {{u"settings"_s, Texts::tr("a file with the JSON object that settings() returns"),
             u"FILE"_s},
            {u"plugin-directory"_s, Texts::tr("a folder to search before the others"), u"DIR"_s}});
    return {u"run"_s, syntax, run};
}

} // namespace semper
