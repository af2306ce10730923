// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/eventsreader.h"
#include "cli/serverfinder.h"
#include "protocol/frame.h"

#include <QCoreApplication>
#include <QHash>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::EventsCommand)
};

constexpr int mostNewestEvents = 10'000;

/// "90s", "5m", "1h", "2d" before \a now, or a time in ISO 8601. Invalid where it is neither.
QDateTime timeOf(const QString &text, const QDateTime &now)
{
    static const QHash<QChar, qint64> units{{u's', 1}, {u'm', 60}, {u'h', 3600}, {u'd', 24 * 3600}};
    bool isNumber = false;
    const qint64 count = text.chopped(1).toLongLong(&isNumber);
    if (isNumber && count >= 0 && count < 1'000'000 && units.contains(text.back()))
        return now.addSecs(-count * units.value(text.back()));
    return fromWireTime(text);
}

std::variant<EventsWish, CommandExit> wishOf(const CommandLine &line, const CommandSyntax &syntax)
{
    EventsWish wish{
        .selectors = line.operands(), .follow = line.has(u"follow"_s), .json = line.has(u"json"_s)};
    if (line.has(u"type"_s))
        wish.types = line.value(u"type"_s).split(u',', Qt::SkipEmptyParts);
    if (line.has(u"since"_s)) {
        wish.since = timeOf(line.value(u"since"_s), QDateTime::currentDateTime());
        if (!wish.since.isValid())
            return usageError(syntax,
                Texts::tr("--since needs 90s, 5m, 1h, 2d or a time such as 2026-11-30T16:50:23"));
    }
    if (line.has(u"lines"_s)) {
        wish.newest = line.value(u"lines"_s).toInt();
        if (wish.newest < 1 || wish.newest > mostNewestEvents)
            return usageError(
                syntax, Texts::tr("--lines needs a number from 1 to %1").arg(mostNewestEvents));
    }
    return wish;
}

int events(const CommandLine &line, const CommandSyntax &syntax)
{
    const auto wish = wishOf(line, syntax);
    if (const auto *exit = std::get_if<CommandExit>(&wish))
        return leave(*exit);
    const auto socket = findServer(line);
    if (const auto *exit = std::get_if<CommandExit>(&socket))
        return leave(*exit);
    return leave(EventsReader(std::get<QString>(socket), std::get<EventsWish>(wish)).run());
}

} // namespace

Command eventsCommand()
{
    CommandSyntax syntax{.program = u"semper events"_s,
        .operands = u"[SELECTOR]..."_s,
        .summary = Texts::tr("Prints what happened, oldest first, also before the server started."),
        .options = commonOptions()};
    syntax.options.append({{{u"follow"_s, u"f"_s}, Texts::tr("go on with what happens")},
        {{u"lines"_s, u"n"_s}, Texts::tr("only the last N of before"), u"N"_s},
        {u"since"_s, Texts::tr("90s, 5m, 1h, 2d ago, or a time in ISO 8601"), u"TIME"_s},
        {u"type"_s, Texts::tr("only these, such as exit,failed"), u"TYPES"_s}});
    return {u"events"_s, syntax, events};
}

} // namespace semper
