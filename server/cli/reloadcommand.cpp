// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/commandsession.h"
#include "cli/terminaltext.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QVariant>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ReloadCommand)
};

QString wordsOf(const QJsonArray &list)
{
    QStringList words;
    for (const QJsonValue &value : list)
        words.append(printable(value.toVariant().toString()));
    return words.join(u", "_s);
}

/// What will become of the process, where the line does not tell by itself: " (restart)".
QString effectText(const QJsonObject &change)
{
    const QString kind = change.value(keys::change).toString();
    const QString effect = change.value(keys::effect).toString();
    if (effect == "restart"_L1)
        return u' ' + Texts::tr("(restart)");
    if (effect == "next_run"_L1)
        return u' ' + Texts::tr("(from its next run)");
    if (effect == "next_start"_L1)
        return u' '
            + (kind == "added"_L1 ? Texts::tr("(disabled)") : Texts::tr("(from its next start)"));
    if (kind != "changed"_L1)
        return {};
    if (effect == "start"_L1)
        return u' ' + Texts::tr("(start)");
    return effect == "stop"_L1 ? u' ' + Texts::tr("(stop)") : QString();
}

QString addressText(const QJsonObject &change)
{
    const QString listen = u' ' + printable(change.value(keys::listen).toString());
    return change.contains(keys::was)
        ? u' ' + printable(change.value(keys::was).toString()) + u" ->"_s + listen
        : listen;
}

/// "+ importer", "- old", "~ monitor: settings.interval_ms (restart)".
QString lineOf(const QJsonObject &change)
{
    const QString kind = change.value(keys::change).toString();
    const QString sign = kind == "added"_L1 ? u"+"_s : kind == "removed"_L1 ? u"-"_s : u"~"_s;
    QString text = printable(change.value(keys::process).toString());
    if (text.isEmpty())
        text = printable(change.value(keys::path).toString());
    if (change.contains(keys::listen))
        text += addressText(change);
    if (change.contains(keys::keys))
        text += u": "_s + wordsOf(change.value(keys::keys).toArray());
    if (kind == "outdated"_L1)
        text += u": "_s
            + Texts::tr("instances that still run as before: %1")
                  .arg(wordsOf(change.value(keys::instances).toArray()));
    return sign + u' ' + text + effectText(change) + u'\n';
}

QString toText(const QJsonObject &result)
{
    QString text;
    for (const QJsonValue &change : result.value(keys::changes).toArray())
        text += lineOf(change.toObject());
    const qint64 unchanged = result.value(keys::unchanged).toInteger();
    return text + u"= "_s
        + (unchanged == 1 ? Texts::tr("1 process unchanged")
                          : Texts::tr("%1 processes unchanged").arg(unchanged))
        + u'\n';
}

QString refusalText(const CommandAnswer &answer)
{
    QString text
        = Texts::tr("nothing was changed: %1").arg(printable(answer.refusal->detail)) + u'\n';
    for (const QJsonValue &error : answer.result.value(keys::errors).toArray())
        text += u"  %1: %2\n"_s.arg(
            printable(error[keys::path].toString()), printable(error[u"message"_s].toString()));
    return text;
}

QString toJson(QJsonObject result)
{
    for (const QLatin1StringView key : {keys::type, keys::id, keys::part, keys::last})
        result.remove(key);
    return jsonText(QJsonDocument(result));
}

int reload(const CommandLine &line, const CommandSyntax &)
{
    const auto opened = CommandSession::open(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);
    const auto &session = std::get<std::unique_ptr<CommandSession>>(opened);
    const auto asked = session->ask(u"reload"_s, {{keys::dryRun, line.has(u"dry-run"_s)}});
    if (const auto *exit = std::get_if<CommandExit>(&asked))
        return leave(*exit);
    const auto &answer = std::get<CommandAnswer>(asked);
    if (line.has(u"json"_s))
        print(toJson(answer.result));
    else if (answer.refusal)
        complain(refusalText(answer));
    else
        print(toText(answer.result));
    return int(answer.refusal ? ExitCode::Failed : ExitCode::Done);
}

} // namespace

Command reloadCommand()
{
    CommandSyntax syntax{.program = u"semper reload"_s,
        .summary
        = Texts::tr("Makes the server read its configuration again and apply the changes."),
        .options = commonOptions(),
        .mostOperands = 0};
    syntax.options.append({u"dry-run"_s, Texts::tr("only print what would change")});
    return {u"reload"_s, syntax, reload};
}

} // namespace semper
