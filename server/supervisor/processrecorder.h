// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "journal/eventbudget.h"
#include "output/outputcollector.h"
#include "protocol/processstatus.h"
#include "supervision/processmachine.h"

#include <QMap>
#include <QObject>
#include <QTimer>

#include <utility>

namespace semper {

class Journal;
class ProcessTable;
class SupervisedProcess;
class WallClock;
struct LeftoverReport;

/// Tells the journal and the log what happens to processes, within their budgets of events and of
/// output. Supervision's thread.
class ProcessRecorder : public QObject
{
    Q_OBJECT
public:
    /// All four must outlive it.
    ProcessRecorder(Journal &journal, const WallClock &clock, OutputCollector &output,
        const ProcessTable &table);

    /// \a status is that of right after the step.
    void record(RecordType type, const ProcessStatus &status);
    void recordLeftovers(const SupervisedProcess &process, const LeftoverReport &report);
    /// The average use of CPU passed its limit (\a high), or fell again.
    void recordCpu(const SupervisedProcess &process, bool high, double average);
    /// The restart of a process has ended with \a failed; its instances \a left were not restarted.
    void recordGivenUp(const SupervisedProcess &failed, const QList<int> &left);

private:
    void countDropped(const OutputBatch &batch);
    void tellDroppedLater();
    void recordDropped();

    Journal &m_journal;
    const WallClock &m_clock;
    OutputCollector &m_output;
    const ProcessTable &m_table;
    QMap<std::pair<QString, int>, qint64> m_dropped; ///< lines, since it was last told
    EventBudget m_budget;
    QTimer m_tellDropped;
};

} // namespace semper
