// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/limitwatch.h"

#include "health/memoryshare.h"
#include "os/procfile.h"

#include <QRandomGenerator>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto memoryInterval = 2s;
constexpr auto cpuInterval = 10s;
constexpr auto measuringLimit = 10s; // then the kernel is held up, and what is resident counts
constexpr qint64 restsForEachMeasurement = 20;
constexpr double ageJitterRatio = 0.1; // so that instances do not all go at once

} // namespace

LimitWatch::LimitWatch(const LimitsSpec &limits, QObject *parent)
    : QObject(parent)
    , m_limits(limits)
    , m_cpu(limits.cpuMaxRatio.value_or(0))
{
    m_age.setSingleShot(true);
    m_memoryTimer.setInterval(memoryInterval);
    m_cpuTimer.setInterval(cpuInterval);
    m_cpuTimer.setTimerType(Qt::VeryCoarseTimer); // with others', and not by itself
    connect(&m_memoryTimer, &QTimer::timeout, this, &LimitWatch::checkMemory);
    connect(&m_cpuTimer, &QTimer::timeout, this, &LimitWatch::checkCpu);
    connect(&m_age, &QTimer::timeout, this, [this] { Q_EMIT tooOld(m_ageLimit); });
}

bool LimitWatch::isFor(const LimitsSpec &limits)
{
    return limits.maxAge || limits.memoryMaxBytes || limits.cpuMaxRatio;
}

void LimitWatch::begin(std::function<QList<pid_t>()> members, MemoryKeeper keeper)
{
    m_members = std::move(members);
    if (m_limits.maxAge) {
        const double share = 1 - ageJitterRatio * QRandomGenerator::global()->generateDouble();
        m_begun.start();
        m_ageLimit = std::chrono::milliseconds(qint64(double(m_limits.maxAge->count()) * share));
        m_age.start(m_ageLimit);
    }
    if (m_limits.memoryMaxBytes && keeper == MemoryKeeper::Server)
        m_memoryTimer.start();
    if (m_limits.cpuMaxRatio) {
        m_cpu.clear();
        m_cpuTimer.start();
        checkCpu();
    }
}

void LimitWatch::extendAge(std::chrono::milliseconds time)
{
    if (!m_age.isActive() || m_age.remainingTimeAsDuration() >= time)
        return;
    m_ageLimit = std::chrono::milliseconds(m_begun.elapsed()) + time;
    m_age.start(time);
}

void LimitWatch::end()
{
    m_age.stop();
    m_memoryTimer.stop();
    m_measurement.reset();
    m_cpuTimer.stop();
    m_members = {};
}

void LimitWatch::checkMemory()
{
    const QList<pid_t> members = m_members();
    qint64 resident = 0;
    for (const pid_t pid : members)
        if (const auto usage = procfile::usage(pid))
            resident += usage->memoryBytes;
    if (resident <= *m_limits.memoryMaxBytes)
        return;
    // What several of them share is in there several times. To tell how much that is takes time.
    if (m_measurement) {
        if (std::chrono::milliseconds(m_measuring.elapsed()) > measuringLimit)
            judgeMemory(resident);
        return;
    }
    if (!m_rest.hasExpired())
        return;
    m_measuring.start();
    m_measurement = std::make_unique<QFutureWatcher<qint64>>();
    connect(m_measurement.get(), &QFutureWatcher<qint64>::finished, this, &LimitWatch::measured);
    m_measurement->setFuture(measureMemory(members));
}

void LimitWatch::measured()
{
    const qint64 bytes = m_measurement->result();
    m_measurement.release()->deleteLater();
    m_rest.setRemainingTime(m_measuring.elapsed() * restsForEachMeasurement);
    judgeMemory(bytes);
}

void LimitWatch::judgeMemory(qint64 bytes)
{
    if (bytes <= *m_limits.memoryMaxBytes)
        return;
    m_memoryTimer.stop(); // once is enough
    Q_EMIT tooLarge(bytes);
}

void LimitWatch::checkCpu()
{
    std::chrono::milliseconds used{0};
    for (const pid_t pid : m_members())
        if (const auto usage = procfile::usage(pid))
            used += usage->cpuTime + usage->cpuTimeOfChildren;
    if (const auto high = m_cpu.add(std::chrono::steady_clock::now(), used))
        Q_EMIT cpuCrossed(*high, m_cpu.average());
}

} // namespace semper
