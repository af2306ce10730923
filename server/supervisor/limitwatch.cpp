// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/limitwatch.h"

#include "supervisor/procfile.h"

#include <QRandomGenerator>

#include <chrono>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto memoryInterval = 2s;
constexpr auto cpuInterval = 10s;
constexpr double ageJitterRatio = 0.1; // so that instances do not all go at once

QString inMebibytes(qint64 bytes)
{
    constexpr double mebibyte = 1024 * 1024;
    return QString::number(std::ceil(double(bytes) / mebibyte), 'f', 0);
}

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
    connect(&m_age, &QTimer::timeout, this,
        [this] { Q_EMIT tooOld(u"recycled after %1 ms"_s.arg(m_ageLimit.count())); });
}

bool LimitWatch::isFor(const LimitsSpec &limits)
{
    return limits.maxAge || limits.memoryMaxBytes || limits.cpuMaxRatio;
}

QString LimitWatch::killedForMemory(qint64 limitBytes)
{
    return u"killed by the kernel: used more than memory_max_bytes, %1 MiB"_s.arg(
        inMebibytes(limitBytes));
}

void LimitWatch::begin(std::function<QList<pid_t>()> members, Memory memory)
{
    m_members = std::move(members);
    if (m_limits.maxAge) {
        const double share = 1 - ageJitterRatio * QRandomGenerator::global()->generateDouble();
        m_begun.start();
        m_ageLimit = std::chrono::milliseconds(qint64(double(m_limits.maxAge->count()) * share));
        m_age.start(m_ageLimit);
    }
    if (m_limits.memoryMaxBytes && memory == Memory::Sampled)
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
    m_cpuTimer.stop();
    m_members = {};
}

void LimitWatch::checkMemory()
{
    qint64 bytes = 0;
    for (const pid_t pid : m_members())
        if (const auto usage = procfile::usage(pid))
            bytes += usage->memoryBytes;
    if (bytes <= *m_limits.memoryMaxBytes)
        return;
    m_memoryTimer.stop(); // once is enough
    Q_EMIT tooLarge(u"used %1 MiB, more than memory_max_bytes"_s.arg(inMebibytes(bytes)));
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
