// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/event.h"
#include "model/intent.h"
#include "model/metrichistory.h"
#include "model/severity.h"

#include "protocol/processstatus.h"
#include "watch/processid.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QSet>

#include <memory>
#include <optional>
#include <utility>

namespace semper::dashboard {

/// All that is known of one process: what the server said, what was measured, what was asked.
class ProcessRow
{
    Q_DECLARE_TR_FUNCTIONS(ProcessRow)
public:
    using Clock = std::chrono::steady_clock;

    explicit ProcessRow(const ProcessStatus &status);

    [[nodiscard]] const ProcessId &id() const { return m_id; }
    [[nodiscard]] const ProcessStatus &status() const { return m_status; }
    [[nodiscard]] std::shared_ptr<const MetricHistory> history() const { return m_history; }
    [[nodiscard]] const std::optional<Intent> &intent() const { return m_intent; }
    /// What the server answered to a command it refused; empty when there is none to show.
    [[nodiscard]] const QString &commandProblem() const { return m_commandProblem; }

    [[nodiscard]] Severity severity() const;
    /// "Crash loop", or the intent while there is one.
    [[nodiscard]] QString stateText(Clock::time_point now) const;
    /// Nothing while no launch is alive.
    [[nodiscard]] std::optional<std::chrono::milliseconds> uptime(Clock::time_point now) const;
    /// Nothing unless a start is due; counts by wall time, which the server shares with us.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextStartIn() const;
    /// It would start now, but what the last launch left behind is being ended.
    [[nodiscard]] bool isClearing() const;
    /// "14:03:22 killed by SIGKILL, restarting".
    [[nodiscard]] QString lastEventText() const;
    [[nodiscard]] QDateTime lastEventAt() const;
    /// CPU and memory are shown of living processes only.
    [[nodiscard]] bool isAlive() const { return m_status.pid.has_value(); }

    void setStatus(const ProcessStatus &status);
    /// \a shown false: keep it for the charts, but leave the numbers of the row as they are.
    void applyMetrics(const QJsonObject &frame, bool shown);
    void applyEvent(const Event &event);
    void setIntent(const Intent &intent);
    void acceptIntent();
    void setCommandProblem(const QString &problem);
    void interrupt();

private:
    void finishIntent();
    void noteExit(const Event &event);

    ProcessId m_id;
    ProcessStatus m_status;
    Clock::time_point m_uptimeKnownAt;
    std::shared_ptr<MetricHistory> m_history = std::make_shared<MetricHistory>();
    QSet<std::pair<qint64, QDateTime>> m_knownExits; ///< ids and times of those that were noted
    QDateTime m_lastEventAt;
    QString m_lastEventText;
    QString m_lastTrouble; ///< how the launch before ended, where nobody asked for it
    std::optional<Intent> m_intent;
    QString m_commandProblem;
};

} // namespace semper::dashboard
