// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandline.h"

#include "spec/nearestname.h"

#include <QCoreApplication>

#include <algorithm>
#include <optional>

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

CommandExit unknownOption(const CommandSyntax &syntax, const QString &name)
{
    QStringList names{u"help"_s, u"version"_s};
    for (const CommandOption &option : syntax.options)
        names.append(option.name);
    const auto nearest = nearestName(name, names);
    return usageError(syntax,
        nearest ? Texts::tr("unknown option --%1; did you mean --%2?").arg(shown(name), *nearest)
                : Texts::tr("unknown option --%1").arg(shown(name)));
}

/// "--follow" for "-f"; all else as it is.
QString longForm(const QString &word, const CommandSyntax &syntax)
{
    if (word.size() == 2 && word.front() == u'-')
        for (const CommandOption &option : syntax.options)
            if (option.letter == word.back())
                return u"--"_s + option.name;
    return word;
}

/// One "--name", "--name VALUE" or "--name=VALUE".
struct OptionWord
{
    explicit OptionWord(const QString &word)
    {
        const qsizetype equals = word.indexOf(u'=');
        name = word.mid(2, equals < 0 ? -1 : equals - 2);
        if (equals >= 0)
            value = word.sliced(equals + 1);
    }

    QString name;
    std::optional<QString> value;
};

} // namespace

CommandExit usageError(const CommandSyntax &syntax, const QString &complaint)
{
    return {ExitCode::Usage,
        u"%1: %2\n"_s.arg(syntax.program, complaint)
            + Texts::tr("Try '%1 --help'.").arg(syntax.program) + u'\n'};
}

QString helpText(const CommandSyntax &syntax)
{
    QList<CommandOption> options = syntax.options;
    options.append({u"help"_s, {}, Texts::tr("show this help")});
    options.append({u"version"_s, {}, Texts::tr("show the version")});

    QString text = Texts::tr("Usage: %1 [OPTION]... %2").arg(syntax.program, syntax.operands);
    text = text.trimmed() + u"\n"_s + syntax.summary + u"\n\n"_s;
    qsizetype width = 0;
    for (const CommandOption &option : options)
        width = std::max(width, option.name.size() + 1 + option.value.size());
    for (const CommandOption &option : options) {
        const QString form = QString(option.name + u' ' + option.value).trimmed();
        text += u"  --%1  %2"_s.arg(form.leftJustified(width), option.help);
        text += option.letter.isNull() ? u"\n"_s : u" (-%1)\n"_s.arg(option.letter);
    }
    return text;
}

std::optional<CommandExit> CommandLine::takeOption(
    QStringList::const_iterator &word, QStringList::const_iterator end, const CommandSyntax &syntax)
{
    OptionWord given(longForm(*word, syntax));
    const auto option = std::find_if(syntax.options.cbegin(), syntax.options.cend(),
        [&given](const CommandOption &it) { return it.name == given.name; });
    if (option == syntax.options.cend())
        return unknownOption(syntax, given.name);
    const bool takesValue = !option->value.isEmpty();
    if (!takesValue && given.value)
        return usageError(syntax, Texts::tr("--%1 takes no value").arg(given.name));
    if (takesValue && !given.value && word + 1 != end)
        given.value = *++word;
    if (takesValue && given.value.value_or(QString()).isEmpty())
        return usageError(syntax, Texts::tr("--%1 needs a %2").arg(given.name, option->value));
    if (has(given.name))
        return usageError(syntax, Texts::tr("--%1 is there twice").arg(given.name));
    m_options.insert(given.name, given.value.value_or(QString()));
    return std::nullopt;
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
    CommandLine line;
    for (auto word = words.cbegin(); word != words.cend(); ++word) {
        if (*word == "--"_L1) {
            line.m_operands.append(QStringList(word + 1, words.cend()));
            break;
        }
        if (*word == "--help"_L1 || *word == "-h"_L1)
            return CommandExit{ExitCode::Done, helpText(syntax)};
        if (*word == "--version"_L1)
            return CommandExit{ExitCode::Done,
                (syntax.version.isEmpty() ? u"semper " SEMPER_VERSION ""_s
                                          : syntax.program + u' ' + syntax.version)
                    + u'\n'};
        if (!word->startsWith(u'-') || *word == "-"_L1) {
            line.m_operands.append(*word);
            continue;
        }
        if (!longForm(*word, syntax).startsWith("--"_L1))
            return usageError(syntax, Texts::tr("unknown option %1").arg(shown(*word)));

        if (const auto exit = line.takeOption(word, words.cend(), syntax))
            return *exit;
    }
    if (line.m_operands.size() < syntax.leastOperands)
        return usageError(syntax, Texts::tr("needs %1").arg(syntax.operands));
    if (line.m_operands.size() > syntax.mostOperands)
        return usageError(syntax,
            Texts::tr("does not understand '%1'")
                .arg(shown(line.m_operands.at(syntax.mostOperands))));
    return line;
}

} // namespace semper
