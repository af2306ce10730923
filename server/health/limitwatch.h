// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/memorykeeper.h"

#include "supervision/cpuaverage.h"

#include <semper/limitsspec.h>

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QFutureWatcher>
#include <QList>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>

#include <sys/types.h>

namespace semper {

/// Watches how old a launch gets and what its processes use, as far as its limits say something
/// about it: nothing is sampled, and no timer runs, for one without such limits. Supervision's
/// thread; a sample reads some small files of memory for each process of the launch.
class LimitWatch : public QObject
{
    Q_OBJECT
public:
    explicit LimitWatch(const LimitsSpec &limits, QObject *parent = nullptr);
    /// Whether \a limits have anything to watch.
    [[nodiscard]] static bool isFor(const LimitsSpec &limits);

    /// A launch has begun; \a members tells all processes that belong to it, itself among them.
    void begin(std::function<QList<pid_t>()> members, MemoryKeeper keeper = MemoryKeeper::Server);
    /// It is not too old for at least \a time from now on.
    void extendAge(std::chrono::milliseconds time);
    /// It has ended, or is about to.
    void end();

Q_SIGNALS:
    void tooOld(std::chrono::milliseconds age);
    void tooLarge(qint64 bytes);
    /// The average over a minute passed cpu_max_ratio (\a high), or fell again.
    void cpuCrossed(bool high, double average);

private:
    void checkMemory();
    void measured();
    void judgeMemory(qint64 bytes);
    void checkCpu();

    const LimitsSpec m_limits;
    std::function<QList<pid_t>()> m_members;
    CpuAverage m_cpu;
    QTimer m_age;
    QElapsedTimer m_begun; ///< the age
    std::chrono::milliseconds m_ageLimit{0}; ///< at which it is too old
    QTimer m_memoryTimer;
    std::unique_ptr<QFutureWatcher<qint64>> m_measurement; ///< under way
    QElapsedTimer m_measuring; ///< since it began
    QDeadlineTimer m_rest; ///< no other begins before
    QTimer m_cpuTimer;
};

} // namespace semper
