// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/processrow.h"

#include "model/format.h"
#include "model/timeline.h"

#include "protocol/keys.h"

using namespace std::chrono_literals;

namespace semper::dashboard {

namespace {

constexpr qsizetype maximumKnownExits = 1000; ///< as many events as a server holds

/// What the others say is told by other columns already, and what matters stays visible.
bool isWorthShowing(const Event &event)
{
    return event.type != u"ready" && event.type != u"command" && event.type != u"backoff";
}

} // namespace

ProcessRow::ProcessRow(const ProcessStatus &status)
    : m_id{status.name, status.instance}
    , m_status(status)
    , m_uptimeKnownAt(Clock::now())
{ }

Severity ProcessRow::severity() const
{
    return severityOf(conditionOf(m_status));
}

QString ProcessRow::stateText(Clock::time_point now) const
{
    return m_intent ? m_intent->describe(now) : conditionLabel(conditionOf(m_status));
}

std::optional<std::chrono::milliseconds> ProcessRow::uptime(Clock::time_point now) const
{
    if (!m_status.pid)
        return std::nullopt;
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_uptimeKnownAt);
    return m_status.uptime + std::max(since, 0ms);
}

std::optional<std::chrono::milliseconds> ProcessRow::nextStartIn() const
{
    if (!m_status.nextStartAt.isValid())
        return std::nullopt;
    const qint64 left = QDateTime::currentDateTimeUtc().msecsTo(m_status.nextStartAt);
    return std::max(std::chrono::milliseconds(left), 0ms);
}

bool ProcessRow::isClearing() const
{
    return m_status.clearing && nextStartIn() == 0ms;
}

QString ProcessRow::lastEventText() const
{
    if (m_lastEventAt.isValid())
        return format::clock(m_lastEventAt) + u' ' + m_lastEventText;
    if (m_status.lastExit)
        return format::clock(m_status.lastExit->at) + u' ' + m_status.lastExit->describe();
    return m_status.explain();
}

QDateTime ProcessRow::lastEventAt() const
{
    if (m_lastEventAt.isValid())
        return m_lastEventAt;
    return m_status.lastExit ? m_status.lastExit->at : QDateTime();
}

void ProcessRow::setStatus(const ProcessStatus &status)
{
    const bool newLaunch = status.startedAt != m_status.startedAt || status.pid != m_status.pid;
    const double cpu = m_status.cpuRatio;
    const qint64 memory = m_status.memoryBytes;
    m_status = status;
    m_uptimeKnownAt = Clock::now();
    if (newLaunch) {
        m_history->interrupt(timeline::now());
    } else if (status.memoryBytes == 0) {
        // A state frame may leave out what is measured; the same launch keeps its numbers.
        m_status.cpuRatio = cpu;
        m_status.memoryBytes = memory;
    }
    finishIntent();
}

void ProcessRow::applyMetrics(const QJsonObject &frame, bool shown)
{
    // The server is on this machine, and its time since boot is ours.
    const qint64 now = timeline::now();
    const qint64 at = std::min(frame.value(keys::bootMs).toInteger(now), now);
    m_history->apply(frame, at);
    if (!shown)
        return;
    if (const QJsonValue cpu = frame.value(keys::cpuRatio); cpu.isDouble())
        m_status.cpuRatio = cpu.toDouble();
    if (const QJsonValue memory = frame.value(keys::memoryBytes); memory.isDouble())
        m_status.memoryBytes = memory.toInteger();
    if (const QJsonValue lag = frame.value(keys::loopLagMs); lag.isDouble())
        m_status.loopLag = std::chrono::milliseconds(lag.toInteger());
}

void ProcessRow::applyEvent(const Event &event)
{
    if (event.isExit())
        noteExit(event);
    if (!isWorthShowing(event))
        return;
    m_lastEventAt = event.at;
    m_lastEventText = event.type == u"start" && !m_lastTrouble.isEmpty()
        ? tr("restarted: %1").arg(m_lastTrouble)
        : event.describe();
}

void ProcessRow::noteExit(const Event &event)
{
    m_lastTrouble.clear();
    if (!event.isTrouble())
        return;
    m_lastTrouble = event.describeExit();
    const std::pair key(event.id, event.at);
    if (m_knownExits.contains(key)) // all are told again after a reconnection
        return;
    if (m_knownExits.size() >= maximumKnownExits)
        m_knownExits.clear();
    m_knownExits.insert(key);
    const QList<qint64> &marks = m_history->restarts();
    const qint64 at = timeline::of(event.at);
    m_history->markRestart(marks.isEmpty() ? at : std::max(at, marks.last()));
}

void ProcessRow::setIntent(const Intent &intent)
{
    m_intent = intent;
    m_intent->pidBefore = m_status.pid;
    m_commandProblem.clear();
}

void ProcessRow::acceptIntent()
{
    if (m_intent)
        m_intent->accepted = true;
    finishIntent();
}

void ProcessRow::setCommandProblem(const QString &problem)
{
    m_commandProblem = problem;
    m_intent.reset();
}

void ProcessRow::interrupt()
{
    m_history->interrupt(timeline::now());
    m_intent.reset();
    m_commandProblem.clear();
}

void ProcessRow::finishIntent()
{
    if (m_intent && m_intent->isDone(m_status))
        m_intent.reset();
}

} // namespace semper::dashboard
