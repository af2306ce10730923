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
        .options = {{u"config"_s, Texts::tr("the configuration"), u"FILE"_s}},
        .mostOperands = 0};
    if (offerDemo == OfferDemo::Yes)
        syntax.options.append(
            {u"demo"_s, Texts::tr("run a built-in configuration that shows the features")});
    syntax.options.append(
        {u"socket"_s, Texts::tr("where processes, commands and dashboards connect"), u"PATH"_s});
    syntax.options.append({u"state-directory"_s,
        Texts::tr("the folder for what outlives the server: its token, its last event id"),
        u"DIR"_s});
    return syntax;
}

CommandSyntax embeddedSyntax(
    const QString &program, const QString &version, const QList<QCommandLineOption> &own)
{
    CommandSyntax syntax = serveSyntax(program, OfferDemo::No);
    syntax.version = version;
    syntax.options.append({u"check"_s, Texts::tr("say what is wrong with the configuration")});
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
    for (const QCommandLineOption &option : syntax.options)
        if (const QString name = option.names().constFirst(); line.has(name) && !isOfServer(name))
            options.own.insert(name, line.value(name));
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
