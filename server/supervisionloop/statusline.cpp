// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/statusline.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype mostOnALine = 5;

QString listed(const QString &title, const QStringList &names)
{
    if (names.isEmpty())
        return {};
    QString text
        = u"; %1: %2"_s.arg(title, names.first(std::min(names.size(), mostOnALine)).join(u", "_s));
    if (names.size() > mostOnALine)
        text += u" and %1 more"_s.arg(names.size() - mostOnALine);
    return text;
}

} // namespace

QString statusLine(const QList<ProcessStatus> &processes)
{
    qsizetype wanted = 0;
    qsizetype ready = 0;
    QStringList failed;
    QStringList backoff;
    for (const ProcessStatus &process : processes) {
        if (process.state == ProcessPhase::Failed)
            failed.append(processLabel(process.name, process.instance));
        if (process.state == ProcessPhase::Backoff)
            backoff.append(processLabel(process.name, process.instance));
        if (process.wanted == Wanted::Down || process.state == ProcessPhase::Done)
            continue;
        ++wanted;
        ready += process.ready ? 1 : 0;
    }
    return u"%1 of %2 %3 ready"_s.arg(ready).arg(wanted).arg(
               wanted == 1 ? u"process"_s : u"processes"_s)
        + listed(u"failed"_s, failed) + listed(u"in backoff"_s, backoff);
}

QString stoppingLine(const QList<ProcessStatus> &processes)
{
    QStringList alive;
    for (const ProcessStatus &process : processes)
        if (process.pid)
            alive.append(processLabel(process.name, process.instance));
    return u"stopping"_s + listed(u"still alive"_s, alive);
}

} // namespace semper
