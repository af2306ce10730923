// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commands.h"

#include "cli/command.h"
#include "cli/serveoptions.h"
#include "spec/nearestname.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::Commands)
};

QList<Command> commands()
{
    QList<Command> all{checkCommand(), statusCommand(), eventsCommand()};
    all.append(controlCommands());
    all.append({signalCommand(), scaleCommand(), waitCommand(), reloadCommand(), classesCommand(),
        runCommand(), newCommand()});
    return all;
}

QStringList laterCommands()
{
    return {u"logs"_s, u"why"_s};
}

QString overview()
{
    const CommandSyntax serve = serveSyntax(u"semper serve"_s, OfferDemo::Yes);
    QList<std::pair<QString, QString>> rows{{u"serve"_s, serve.summary}};
    for (const Command &command : commands())
        rows.append({command.name + u' ' + command.syntax.operands, command.syntax.summary});
    return Texts::tr("Usage: semper [OPTION]... COMMAND [ARGUMENT]...\n"
                     "Keeps the user processes of a service alive.\n\n")
        + inColumns(rows) + Texts::tr("\nWith every command:\n") + optionTable(commonOptions())
        + Texts::tr(
            "\nA SELECTOR is NAME, for all instances of a process, or NAME:INSTANCE.\n"
            "Exit codes: 0 done, 1 it failed, 2 usage, 3 no server reached, 4 not allowed.\n"
            "'semper help COMMAND' explains one command.\n");
}

CommandExit unknownCommand(const QString &name)
{
    const CommandSyntax syntax{.program = u"semper"_s};
    if (laterCommands().contains(name))
        return usageError(syntax, Texts::tr("'%1' is not available yet").arg(name));
    QStringList names{u"serve"_s};
    for (const Command &command : commands())
        names.append(command.name);
    const auto nearest = nearestName(name, names + laterCommands());
    return usageError(syntax,
        nearest ? Texts::tr("no command '%1'; did you mean '%2'?").arg(name, *nearest)
                : Texts::tr("no command '%1'").arg(name));
}

int help(const QStringList &operands)
{
    if (operands.isEmpty() || operands.first().startsWith(u'-'))
        return leave({ExitCode::Done, overview()});
    if (operands.first() == u"serve")
        return leave({ExitCode::Done, helpText(serveSyntax(u"semper serve"_s, OfferDemo::Yes))});
    for (const Command &command : commands())
        if (command.name == operands.first())
            return leave({ExitCode::Done, helpText(command.syntax)});
    return leave(unknownCommand(operands.first()));
}

} // namespace

QList<QCommandLineOption> commonOptions()
{
    return {{u"config"_s, Texts::tr("the configuration"), u"FILE"_s},
        {u"socket"_s, Texts::tr("the socket of the server"), u"PATH"_s},
        {u"state-directory"_s,
            Texts::tr("for serve: the folder for what outlives the server, such as its token"),
            u"DIR"_s},
        {u"json"_s, Texts::tr("print JSON, for programs")}};
}

std::optional<qsizetype> commandIndex(const QStringList &words)
{
    QCommandLineParser parser;
    parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsPositionalArguments);
    parser.addOptions(commonOptions());
    parser.parse(QStringList{u"semper"_s} + words); // what is wrong is told by its command
    const qsizetype rest = parser.positionalArguments().size();
    return rest > 0 ? std::optional(words.size() - rest) : std::nullopt;
}

int runCommandLine(const QStringList &words)
{
    const auto index = commandIndex(words);
    const QString name = index ? words.at(*index) : QString();
    if (name == u"help")
        return help(words.sliced(*index + 1));
    if (name.isEmpty() && !words.isEmpty()) {
        // Only options: --help and --version mean the program.
        const auto parsed
            = CommandLine::parse(words, {.program = u"semper"_s, .options = commonOptions()});
        const auto *exit = std::get_if<CommandExit>(&parsed);
        if (exit != nullptr && exit->code != ExitCode::Done)
            return leave(*exit);
        if (words.contains(u"--version"_s))
            return leave(*exit);
    }
    if (name.isEmpty()) {
        const bool asked = words.contains(u"--help"_s) || words.contains(u"-h"_s);
        return leave({asked ? ExitCode::Done : ExitCode::Usage, overview()});
    }
    for (const Command &command : commands()) {
        if (command.name != name)
            continue;
        QStringList rest = words;
        rest.removeAt(*index);
        const auto parsed = CommandLine::parse(rest, command.syntax);
        if (const auto *exit = std::get_if<CommandExit>(&parsed))
            return leave(*exit);
        return command.run(std::get<CommandLine>(parsed), command.syntax);
    }
    return leave(unknownCommand(name));
}

} // namespace semper
