// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/configchoice.h"
#include "cli/terminaltext.h"
#include "files/trustedpath.h"
#include "protocol/keys.h"
#include "spec/configlocator.h"

#include <semper/plugincatalog.h>

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ClassesCommand)
};

/// --plugin-directory, then those of the configuration, if there is one.
std::variant<QStringList, CommandExit> directoriesOf(const CommandLine &line)
{
    QStringList directories;
    if (line.has(u"plugin-directory"_s))
        directories.append(line.value(u"plugin-directory"_s));
    const bool named = line.has(u"config"_s);
    if (!named && !locateConfig(configCandidates(ConfigPlaces::real())))
        return directories;
    const auto chosen = chooseConfigFile(line.value(u"config"_s));
    if (const auto *exit = std::get_if<CommandExit>(&chosen))
        return *exit;
    const QString &file = std::get<QString>(chosen);
    const ConfigResult result = loadConfigFile(file, line.value(u"socket"_s));
    if (const auto *config = std::get_if<ServerConfig>(&result))
        return directories + config->pluginDirectories;
    return CommandExit{ExitCode::Failed, toText(file, std::get<ConfigErrors>(result))};
}

QString table(const QList<PluginClass> &classes)
{
    int width = 0;
    for (const PluginClass &found : classes)
        width = std::max(width, displayWidth(found.className));
    QString text;
    for (const PluginClass &found : classes)
        text += padded(found.className, width) + u"  "_s + found.file + u'\n';
    return text;
}

QString toJson(const QList<PluginClass> &classes)
{
    QJsonArray list;
    for (const PluginClass &found : classes)
        list.append(QJsonObject{{keys::className, found.className}, {u"file"_s, found.file}});
    return jsonText(QJsonDocument(list));
}

int classes(const CommandLine &line, const CommandSyntax &)
{
    const auto directories = directoriesOf(line);
    if (const auto *exit = std::get_if<CommandExit>(&directories))
        return leave(*exit);
    const PluginCatalog catalog(std::get<QStringList>(directories));
    const QList<PluginClass> found = catalog.classes();
    print(line.has(u"json"_s) ? toJson(found) : table(found));
    if (found.isEmpty())
        complain(Texts::tr("no classes found; looked in\n  %1")
                     .arg(catalog.directories().join(u"\n  "_s))
            + u'\n');

    for (const QString &distrusted : catalog.distrusted())
        complain(Texts::tr("not looked at: %1").arg(distrusted) + remedyForDistrust() + u'\n');

    QStringList names;
    for (const PluginClass &it : found)
        names.append(it.className);
    names.removeDuplicates();
    ExitCode code = ExitCode::Done;
    for (const QString &name : names)
        if (const auto problem = catalog.problemWith(name)) {
            complain(*problem + u'\n');
            code = ExitCode::Failed;
        }
    return int(code);
}

} // namespace

Command classesCommand()
{
    CommandSyntax syntax{.program = u"semper classes"_s,
        .summary = Texts::tr("Lists the user-process classes that plugins have, and where."),
        .options = commonOptions(),
        .mostOperands = 0};
    syntax.options.append(
        {u"plugin-directory"_s, Texts::tr("a folder to search before the others"), u"DIR"_s});
    return {u"classes"_s, syntax, classes};
}

} // namespace semper
