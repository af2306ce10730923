// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/serveoptions.h"

#include "protocol/socketpath.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ServeOptions)
};

QString absolute(const QString &path)
{
    return path.isEmpty() ? QString() : QDir::cleanPath(QDir().absoluteFilePath(path));
}

bool isOfServer(const QString &option)
{
    static const QStringList all{
        u"config"_s, u"demo"_s, u"socket"_s, u"state-directory"_s, u"check"_s};
    return all.contains(option);
}

} // namespace

CommandSyntax serveSyntax(const QString &program, OfferDemo offerDemo)
{
    CommandSyntax syntax{.program = program,
        .summary
        = Texts::tr("Runs the server, which keeps the processes of its configuration alive."),
        .options = {{u"config"_s, u"FILE"_s, Texts::tr("the configuration")}},
        .mostOperands = 0};
    if (offerDemo == OfferDemo::Yes)
        syntax.options.append(
            {u"demo"_s, {}, Texts::tr("run a built-in configuration that shows the features")});
    syntax.options.append(
        {u"socket"_s, u"PATH"_s, Texts::tr("where processes, commands and dashboards connect")});
    syntax.options.append({u"state-directory"_s, u"DIR"_s,
        Texts::tr("the folder for what outlives the server: its token, its last event id")});
    return syntax;
}

CommandSyntax embeddedSyntax(
    const QString &program, const QString &version, const QList<CommandOption> &own)
{
    CommandSyntax syntax = serveSyntax(program, OfferDemo::No);
    syntax.version = version;
    syntax.options.append({u"check"_s, {}, Texts::tr("say what is wrong with the configuration")});
    syntax.options += own;
    return syntax;
}

std::variant<ServeOptions, CommandExit> parseServeOptions(
    const QStringList &words, const CommandSyntax &syntax)
{
    const auto parsed = CommandLine::parse(words, syntax);
    if (const auto *exit = std::get_if<CommandExit>(&parsed))
        return *exit;
    const CommandLine &line = std::get<CommandLine>(parsed);
    ServeOptions options{.configFile = absolute(line.value(u"config"_s)),
        .demo = line.has(u"demo"_s),
        .socketPath = absolute(line.value(u"socket"_s)),
        .stateDirectory = absolute(line.value(u"state-directory"_s)),
        .check = line.has(u"check"_s)};
    for (const CommandOption &option : syntax.options)
        if (line.has(option.name) && !isOfServer(option.name))
            options.own.insert(option.name, line.value(option.name));
    if (options.demo && !options.configFile.isEmpty())
        return usageError(syntax, Texts::tr("either --config or --demo, not both"));
    if (const qsizetype size = QFile::encodeName(options.socketPath).size();
        size > maximumSocketPathBytes)
        return usageError(syntax,
            Texts::tr("the path of --socket has %1 bytes; it may have %2")
                .arg(size)
                .arg(maximumSocketPathBytes));
    return options;
}

} // namespace semper
