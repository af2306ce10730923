// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/processtable.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <utility>

namespace semper {

/// Measures the launches that somebody watches, once a second. Supervision's thread.
class Sampler : public QObject
{
    Q_OBJECT
public:
    /// \a table must outlive it.
    explicit Sampler(const ProcessTable &table)
        : m_table(table)
    {
        m_timer.setInterval(std::chrono::seconds(1));
        connect(&m_timer, &QTimer::timeout, this, &Sampler::sample);
    }

    /// Measures the processes of these names; nothing: none.
    void setSampled(std::function<bool(const QString &name)> isSampled)
    {
        m_isSampled = std::move(isSampled);
        if (!m_isSampled)
            m_timer.stop();
        else if (!m_timer.isActive())
            m_timer.start();
    }

Q_SIGNALS:
    void sampled(semper::SupervisedProcess *process);

private:
    void sample()
    {
        for (SupervisedProcess *process : m_table.all()) {
            if (process->pid() <= 0 || !m_isSampled(process->name()))
                continue;
            process->sample();
            Q_EMIT sampled(process);
        }
    }

    const ProcessTable &m_table;
    std::function<bool(const QString &name)> m_isSampled; ///< while the timer runs
    QTimer m_timer;
};

} // namespace semper
