// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/processrecorder.h"

#include "journal/journal.h"
#include "journal/recordfields.h"
#include "launch/leftovers.h"
#include "os/wallclock.h"
#include "protocol/keys.h"
#include "supervisor/processtable.h"

#include <QJsonArray>
#include <QLoggingCategory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logProcesses, "semper.server.supervisor", QtInfoMsg)

// A flood must not push everything else out of the journal: only its count is told, and not often.
constexpr auto droppedInterval = 10'000ms;

} // namespace

ProcessRecorder::ProcessRecorder(
    Journal &journal, const WallClock &clock, OutputCollector &output, const ProcessTable &table)
    : m_journal(journal)
    , m_clock(clock)
    , m_output(output)
    , m_table(table)
{
    connect(&m_output, &OutputCollector::batchReady, this, &ProcessRecorder::countDropped);
    m_tellDropped.setSingleShot(true);
    m_tellDropped.setInterval(droppedInterval);
    connect(&m_tellDropped, &QTimer::timeout, this, &ProcessRecorder::recordDropped);
}

void ProcessRecorder::record(RecordType type, const ProcessStatus &status)
{
    const bool isOver = status.state != ProcessPhase::Running;
    if (type == RecordType::Exit || (type == RecordType::Unready && isOver))
        m_output.handOnLast(status.name, status.instance); // which comes before it
    const auto now = std::chrono::steady_clock::now();
    if (!m_budget.admits({status.name, status.instance}, type, now))
        return tellDroppedLater();
    RecordFields fields = recordFields(type, status, m_clock.now());
    m_journal.record(fields.type, std::move(fields.fields));
    const QString text = u"%1: %2"_s.arg(processLabel(status.name, status.instance), fields.text);
    if (fields.level == QtCriticalMsg)
        qCCritical(logProcesses, "%ls", qUtf16Printable(text));
    else
        qCInfo(logProcesses, "%ls", qUtf16Printable(text));
}

void ProcessRecorder::recordLeftovers(
    const SupervisedProcess &process, const LeftoverReport &report)
{
    QJsonArray processes;
    for (const SweptProcess &it : report.found)
        processes.append(QJsonObject{{keys::pid, it.pid}, {keys::name, it.name}});
    m_journal.record(QLatin1StringView("left_behind"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::count, report.count}, {keys::killed, report.killed},
            {keys::processes, processes}, {keys::reason, report.text()}});
    qCWarning(logProcesses, "%s: %s",
        qUtf8Printable(processLabel(process.name(), process.instance())),
        qUtf8Printable(report.text()));
}

void ProcessRecorder::recordCpu(const SupervisedProcess &process, bool high, double average)
{
    const double limit = process.spec().limits.cpuMaxRatio.value_or(0);
    const QString text = u"used %1 cores over a minute, %2 its limit of %3"_s.arg(
        QString::number(average, 'f', 2), high ? u"above"_s : u"below"_s, QString::number(limit));
    m_journal.record(QLatin1StringView(high ? "cpu_high" : "cpu_normal"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::cpuRatio, average}, {keys::cpuMaxRatio, limit}, {keys::reason, text}});
    qCInfo(logProcesses, "%s: %s", qUtf8Printable(process.name()), qUtf8Printable(text));
}

void ProcessRecorder::recordGivenUp(const SupervisedProcess &failed, const QList<int> &left)
{
    QJsonArray instances;
    for (const int instance : left)
        instances.append(instance);
    const QString label = processLabel(failed.name(), failed.instance());
    const std::optional<Cause> &cause = failed.state().cause;
    const QString reason = u"%1 has failed: %2"_s.arg(label, describe(cause));
    m_journal.record(QLatin1StringView("restart_given_up"),
        {{keys::process, failed.name()}, {keys::instance, failed.instance()},
            {keys::notRestarted, instances}, {keys::reason, reason},
            {keys::cause, cause ? QJsonValue(cause->toJson()) : QJsonValue()}});
    qCWarning(logProcesses,
        "%s; the restart of %s is given up, %lld of its instances stay as they are",
        qUtf8Printable(reason), qUtf8Printable(failed.name()), qint64(left.size()));
}

void ProcessRecorder::countDropped(const OutputBatch &batch)
{
    if (batch.dropped == 0)
        return;
    m_dropped[{batch.process, batch.instance}] += batch.dropped;
    tellDroppedLater();
}

void ProcessRecorder::tellDroppedLater()
{
    if (!m_tellDropped.isActive())
        m_tellDropped.start();
}

void ProcessRecorder::recordDropped()
{
    for (auto it = m_dropped.cbegin(); it != m_dropped.cend(); ++it)
        m_journal.record(QLatin1StringView("output_dropped"),
            {{keys::process, it.key().first}, {keys::instance, it.key().second},
                {keys::dropped, it.value()}});
    m_dropped.clear();
    const auto leftOut = m_budget.takeLeftOut(std::chrono::steady_clock::now());
    for (const auto &[key, events] : leftOut) {
        const SupervisedProcess *process = m_table.find(key.first, key.second);
        const bool ready = process && process->state().isReady();
        m_journal.record(QLatin1StringView("events_dropped"),
            {{keys::process, key.first}, {keys::instance, key.second}, {keys::dropped, events},
                {keys::ready, ready}});
        qCWarning(logProcesses, "%ls: %lld events left out, too many; it is %s now",
            qUtf16Printable(processLabel(key.first, key.second)), events,
            ready ? "ready" : "not ready");
    }
}

} // namespace semper
