// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandline.h"

#include "spec/nearestname.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::CommandLine)
};

constexpr qsizetype longestShown = 80;

QString shown(const QString &word)
{
    return word.size() > longestShown ? word.first(longestShown) + u'\u2026' : word;
}

/// As it stands on a command line: "-h", "--help".
QString dashed(const QString &name)
{
    return (name.size() == 1 ? u"-"_s : u"--"_s) + name;
}

QList<QCommandLineOption> allOptions(const CommandSyntax &syntax)
{
    QList<QCommandLineOption> options = syntax.options;
    for (QCommandLineOption &option : options)
        option.setDefaultValues({}); // nothing that was not given counts as given
    options.append({{{u"h"_s, u"help"_s}, Texts::tr("show this help")},
        {u"version"_s, Texts::tr("show the version")}});
    return options;
}

CommandExit unknownOption(const CommandSyntax &syntax, const QString &name)
{
    QStringList names;
    for (const QCommandLineOption &option : allOptions(syntax))
        names.append(option.names());
    names.removeIf([](const QString &known) { return known.size() == 1; });
    const auto nearest = nearestName(name, names);
    const QString unknown = shown(dashed(name));
    return usageError(syntax,
        nearest ? Texts::tr("unknown option %1; did you mean --%2?").arg(unknown, *nearest)
                : Texts::tr("unknown option %1").arg(unknown));
}

} // namespace

CommandExit usageError(const CommandSyntax &syntax, const QString &complaint)
{
    return {ExitCode::Usage,
        u"%1: %2\n"_s.arg(syntax.program, complaint)
            + Texts::tr("Try '%1 --help'.").arg(syntax.program) + u'\n'};
}

QString inColumns(const QList<std::pair<QString, QString>> &rows)
{
    qsizetype width = 0;
    for (const auto &[left, right] : rows)
        width = std::max(width, left.size());
    QString text;
    for (const auto &[left, right] : rows)
        text += u"  %1  %2\n"_s.arg(left.leftJustified(width), right);
    return text;
}

QString optionTable(const QList<QCommandLineOption> &options)
{
    QList<std::pair<QString, QString>> rows;
    for (const QCommandLineOption &option : options) {
        QStringList names = option.names();
        std::ranges::transform(names, names.begin(), &dashed);
        const QString form = names.join(u", "_s) + u' ' + option.valueName();
        rows.append({form.trimmed(), option.description()});
    }
    return inColumns(rows);
}

QString helpText(const CommandSyntax &syntax)
{
    const QString usage
        = Texts::tr("Usage: %1 [OPTION]... %2").arg(syntax.program, syntax.operands);
    return usage.trimmed() + u'\n' + syntax.summary + u"\n\n"_s + optionTable(allOptions(syntax));
}

CommandLine CommandLine::withoutFirstOperand() const
{
    CommandLine rest = *this;
    rest.m_operands.removeFirst();
    return rest;
}

std::variant<CommandLine, CommandExit> CommandLine::parse(
    const QStringList &words, const CommandSyntax &syntax)
{
    QCommandLineParser parser;
    parser.addOptions(allOptions(syntax));
    const bool isUnderstood = parser.parse(QStringList{syntax.program} + words);
    if (parser.isSet(u"help"_s))
        return CommandExit{ExitCode::Done, helpText(syntax)};
    if (parser.isSet(u"version"_s))
        return CommandExit{ExitCode::Done,
            (syntax.version.isEmpty() ? u"semper " SEMPER_VERSION ""_s
                                      : syntax.program + u' ' + syntax.version)
                + u'\n'};
    if (const QStringList unknown = parser.unknownOptionNames(); !unknown.isEmpty())
        return unknownOption(syntax, unknown.constFirst());

    CommandLine line;
    for (const QCommandLineOption &option : syntax.options) {
        if (!parser.isSet(option))
            continue;
        const QString name = option.names().constFirst();
        const bool takesValue = !option.valueName().isEmpty();
        const QStringList values = takesValue ? parser.values(option) : QStringList();
        if (takesValue && values.value(0).isEmpty())
            return usageError(
                syntax, Texts::tr("%1 needs a %2").arg(dashed(name), option.valueName()));
        if (values.size() > 1)
            return usageError(syntax, Texts::tr("%1 is there twice").arg(dashed(name)));
        line.m_options.insert(name, values.value(0));
    }
    if (!isUnderstood)
        return usageError(syntax, parser.errorText());
    line.m_operands = parser.positionalArguments();
    if (line.m_operands.size() < syntax.leastOperands)
        return usageError(syntax, Texts::tr("needs %1").arg(syntax.operands));
    if (line.m_operands.size() > syntax.mostOperands)
        return usageError(syntax,
            Texts::tr("does not understand '%1'")
                .arg(shown(line.m_operands.at(syntax.mostOperands))));
    return line;
}

} // namespace semper
