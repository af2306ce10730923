// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/selection.h"

#include "boundary/selector.h"
#include "cli/terminaltext.h"
#include "spec/jsonpath.h"
#include "spec/nearestname.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::Selection)
};

CommandExit unknownProcess(
    const QStringList &names, const QString &selector, qsizetype instancesOfIts)
{
    const QString unknown = Texts::tr("no process %1").arg(quoted(selector));
    const QString name = selector.section(u':', 0, 0);
    if (instancesOfIts == 1)
        return {ExitCode::Failed, unknown + Texts::tr("; there is only %1:0").arg(name) + u'\n'};
    if (instancesOfIts > 1)
        return {ExitCode::Failed,
            unknown + Texts::tr("; there are %1:0 to %1:%2").arg(name).arg(instancesOfIts - 1)
                + u'\n'};
    if (const auto nearest = nearestName(name, names); nearest && *nearest != name)
        return {ExitCode::Failed,
            unknown + Texts::tr("; did you mean %1?").arg(quoted(*nearest)) + u'\n'};
    return {ExitCode::Failed,
        unknown
            + (names.isEmpty() ? Texts::tr("; the server has none")
                               : Texts::tr("; there are: %1").arg(names.join(u", "_s)))
            + u'\n'};
}

/// Each once.
QStringList namesOf(const QList<ProcessStatus> &processes)
{
    QStringList names;
    for (const ProcessStatus &status : processes)
        names.append(status.name);
    names.removeDuplicates();
    return names;
}

} // namespace

bool selects(const QString &selector, const ProcessStatus &status)
{
    return selector == status.name
        || selector == status.name + u':' + QString::number(status.instance);
}

std::variant<QList<ProcessStatus>, CommandExit> select(const QList<ProcessStatus> &processes,
    const QStringList &selectors, const QStringList &withoutInstances)
{
    if (selectors.isEmpty())
        return processes;
    QList<ProcessStatus> selected;
    for (const QString &selector : selectors)
        if (!withoutInstances.contains(selector)
            && std::none_of(processes.cbegin(), processes.cend(),
                [&](const ProcessStatus &status) { return selects(selector, status); }))
            return unknownProcess(namesOf(processes) + withoutInstances, selector,
                std::count_if(processes.cbegin(), processes.cend(),
                    [name = selector.section(u':', 0, 0)](
                        const ProcessStatus &status) { return status.name == name; }));
    for (const ProcessStatus &status : processes)
        if (std::any_of(selectors.cbegin(), selectors.cend(),
                [&](const QString &selector) { return selects(selector, status); }))
            selected.append(status);
    return selected;
}

QString withoutInstancesText(const QStringList &names)
{
    QString text;
    for (const QString &name : names)
        text += Texts::tr("%1: no instances; 'semper scale %1 N' starts some").arg(printable(name))
            + u'\n';
    return text;
}

QStringList selectorsOf(const CommandLine &line)
{
    return line.has(u"all"_s) ? QStringList{allProcesses} : line.operands();
}

std::optional<CommandExit> selectorFault(const CommandLine &line, const CommandSyntax &syntax)
{
    if (line.has(u"all"_s) == line.operands().isEmpty())
        return std::nullopt;
    return usageError(syntax,
        line.has(u"all"_s) ? Texts::tr("either --all or names of processes, not both")
                           : Texts::tr("needs names of processes, or --all"));
}

QString toJson(const QList<ProcessStatus> &processes)
{
    QJsonArray list;
    for (const ProcessStatus &status : processes)
        list.append(status.toJson());
    return jsonText(QJsonDocument(list));
}

} // namespace semper
