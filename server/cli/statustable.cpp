// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/statustable.h"

#include "cli/conditionlook.h"
#include "cli/terminaltext.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::StatusTable)
};

constexpr std::size_t columns = 9;
constexpr std::size_t lagColumn = 7;
using Row = std::array<QString, columns>;

/// These hold numbers, aligned to the right.
constexpr bool isNumber(std::size_t column)
{
    return column >= 2 && column <= lagColumn;
}

Row cells(const ProcessStatus &status, const QDateTime &now, const TerminalStyle &style)
{
    const bool alive = status.pid.has_value();
    const QString dash = u"-"_s;
    const Condition condition = conditionOf(status);
    const QString glyph = style.glyphs ? lookOf(condition).glyph + u" "_s : QString();
    return {glyph + conditionWord(condition), displayName(status),
        alive ? QString::number(*status.pid) : dash, QString::number(status.restarts),
        alive ? humanDuration(status.uptime) : dash,
        alive ? u"%1 %"_s.arg(std::lround(status.cpuRatio * 100)) : dash,
        alive ? humanBytes(status.memoryBytes) : dash,
        alive && status.loopLag ? humanDuration(*status.loopLag) : dash, situation(status, now)};
}

/// Where all columns would leave no room for the last one, which tells most, the least needed go:
/// lag, memory, CPU, pid, uptime, restarts. These have no width then.
void narrow(std::array<int, columns> &widths, int width)
{
    constexpr int roomForLast = 16;
    constexpr int gap = 2;
    const int wanted = std::min(widths.back(), roomForLast);
    int used = wanted;
    for (std::size_t i = 0; i + 1 < columns; ++i)
        used += widths[i] > 0 ? widths[i] + gap : 0;
    for (const std::size_t column : {7, 6, 5, 2, 4, 3}) {
        if (used <= width)
            return;
        if (widths[column] > 0)
            used -= std::exchange(widths[column], 0) + gap;
    }
}

QString line(const Row &row, const std::array<int, columns> &widths, int width)
{
    QStringList parts;
    for (std::size_t i = 0; i < columns; ++i) {
        if (widths[i] == 0)
            continue;
        const int missing = std::max(0, widths[i] - displayWidth(row[i]));
        if (i + 1 == columns)
            parts.append(row[i]);
        else
            parts.append(isNumber(i) ? QString(missing, u' ') + row[i] : padded(row[i], widths[i]));
    }
    QString text = parts.join(u"  "_s);
    while (text.endsWith(u' '))
        text.chop(1);
    return width > 0 ? elided(text, width) : text;
}

QString ago(const QDateTime &then, const QDateTime &now)
{
    return Texts::tr("%1 ago").arg(
        humanDuration(std::chrono::milliseconds(std::max<qint64>(0, then.msecsTo(now)))));
}

/// "next start in 4 s" of what is started again, "next run in 9 h 5 min (Tue 04:30)" of a schedule.
QString nextStart(const ProcessStatus &status, const QDateTime &now)
{
    const std::chrono::milliseconds left(std::max<qint64>(0, now.msecsTo(status.nextStartAt)));
    if (status.clearing && left == 0ms)
        return Texts::tr("ending what it left behind");
    if (status.state == ProcessPhase::Backoff)
        return Texts::tr("next start in %1").arg(humanDuration(left));
    const QDateTime local = status.nextStartAt.toLocalTime();
    const QString form = left < 1min ? u"HH:mm:ss"_s
        : left < 24h                 ? u"ddd HH:mm"_s
                                     : u"ddd d MMM HH:mm"_s;
    return Texts::tr("next run in %1 (%2)")
        .arg(humanDuration(left), QLocale::c().toString(local, form));
}

} // namespace

TerminalStyle TerminalStyle::real()
{
    if (::isatty(STDOUT_FILENO) == 0)
        return {};
    TerminalStyle style;
    style.glyphs = QLatin1StringView(::nl_langinfo(CODESET)) == "UTF-8"_L1;
    style.colours
        = qEnvironmentVariableIsEmpty("NO_COLOR") && qEnvironmentVariable("TERM") != "dumb"_L1;
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        style.width = size.ws_col;
    return style;
}

QString displayName(const ProcessStatus &status)
{
    const QString name = printable(status.name);
    return status.instance == 0 ? name : name + u':' + QString::number(status.instance);
}

QString situation(const ProcessStatus &status, const QDateTime &now)
{
    QStringList parts;
    const Condition condition = conditionOf(status);
    const bool troubled = urgencyOf(condition) < 4 || !status.pid;
    const bool ranBySchedule = status.lastExit && status.nextStartAt.isValid()
        && (status.state == ProcessPhase::Done || status.state == ProcessPhase::Failed);
    const QString why = status.explain();
    if (troubled && !ranBySchedule && !why.isEmpty())
        parts.append(why);
    else if (status.lastExit)
        parts.append((why.isEmpty() ? status.lastExit->describe() : why) + u", "_s
            + ago(status.lastExit->at, now));
    if (condition == Condition::CrashLoop)
        parts.append(Texts::tr("%1 restarts in 10 min").arg(status.restartsIn10Minutes));
    else if (condition == Condition::Flapping)
        parts.append(Texts::tr("%1 restarts in an hour").arg(status.restartsInAnHour));
    if (status.outdated)
        parts.append(Texts::tr("outdated: runs as before a reload"));
    if (status.standby > 0)
        parts.append(Texts::tr("%1 in standby").arg(status.standby));
    if (status.nextStartAt.isValid())
        parts.append(nextStart(status, now));
    if (status.critical)
        parts.append(Texts::tr("critical"));
    if (status.pid && !status.status.isEmpty()) // of who is gone it is no longer true
        parts.prepend(status.status);
    return printable(parts.join(u", "_s));
}

QString statusTable(
    const QList<ProcessStatus> &processes, const QDateTime &now, const TerminalStyle &style)
{
    QList<ProcessStatus> sorted = processes;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
        return urgencyOf(conditionOf(a)) < urgencyOf(conditionOf(b));
    });

    QList<Row> rows{{Texts::tr("STATE"), Texts::tr("NAME"), Texts::tr("PID"), Texts::tr("RESTARTS"),
        Texts::tr("UPTIME"), Texts::tr("CPU"), Texts::tr("MEMORY"), Texts::tr("LAG"),
        Texts::tr("LAST")}};
    for (const ProcessStatus &status : sorted)
        rows.append(cells(status, now, style));
    std::array<int, columns> widths{};
    for (const Row &row : rows)
        for (std::size_t i = 0; i < columns; ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));

    const auto hasLag = [](const ProcessStatus &status) { return status.pid && status.loopLag; };
    if (std::none_of(sorted.cbegin(), sorted.cend(), hasLag))
        widths[lagColumn] = 0;
    if (style.width > 0)
        narrow(widths, style.width);
    QString text;
    for (qsizetype i = 0; i < rows.size(); ++i) {
        QString shown = line(rows.at(i), widths, style.width);
        const qsizetype stateSize = std::min(rows.at(i)[0].size(), shown.size());
        if (style.colours && i > 0)
            shown = u"\x1b[%1m"_s.arg(lookOf(conditionOf(sorted.at(i - 1))).colour)
                + shown.first(stateSize) + u"\x1b[0m"_s + shown.sliced(stateSize);
        text += shown + u'\n';
    }
    return text;
}

QString serverLine(const QJsonObject &server)
{
    QStringList parts;
    const std::chrono::milliseconds uptime(server.value(keys::uptimeMs).toInteger());
    parts.append(Texts::tr("up %1").arg(humanDuration(uptime)));
    if (const QString control = server.value(keys::control).toString(); !control.isEmpty())
        parts.append(Texts::tr("control on %1").arg(control));
    for (const QJsonValue &value : server.value(keys::services).toArray()) {
        const QJsonObject service = value.toObject();
        QStringList addresses;
        for (const QJsonValue &address : service.value(keys::addresses).toArray())
            addresses.append(address.toString());
        const int connections = service.value(keys::connections).toInt();
        parts.append((connections == 1 ? Texts::tr("%1 on %2 (%3 connection)")
                                       : Texts::tr("%1 on %2 (%3 connections)"))
                         .arg(service.value(keys::name).toString(), addresses.join(u' '))
                         .arg(connections));
    }
    QString text
        = printable(server.value(keys::node).toString() + u": "_s + parts.join(u", "_s)) + u'\n';
    const QJsonValue hung = server.value(keys::serviceLoop)[keys::hungMs];
    if (hung.isDouble())
        text += Texts::tr("the service loop hangs for %1: a handler blocks it")
                    .arg(humanDuration(std::chrono::milliseconds(hung.toInteger())))
            + u'\n';
    return text;
}

} // namespace semper
