// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputecho.h"

#include "protocol/processstatus.h"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr double echoKibibyte = 1024;
constexpr double echoMebibyte = 1024 * echoKibibyte;
constexpr auto leftOutLinesInterval = 1s;

TokenBucket bucketOfOne()
{
    return {256 * echoKibibyte, 2 * echoMebibyte};
}

} // namespace

OutputEcho::OutputEcho(Write write)
    : m_write(std::move(write))
    , m_total(echoMebibyte, 8 * echoMebibyte)
{ }

OutputEcho::Process &OutputEcho::process(const QByteArray &label)
{
    return m_processes.try_emplace(label, Process{.bytes = bucketOfOne()}).first->second;
}

void OutputEcho::write(const OutputBatch &batch, Instant now)
{
    if (batch.isEmpty())
        return;
    const std::lock_guard lock(m_order);
    const QByteArray label = processLabel(batch.process, batch.instance).toUtf8();
    Process &of = process(label);
    for (const QString &line : batch.lines) {
        const QByteArray text = label + " | " + line.toUtf8();
        const auto size = double(text.size() + 1);
        if (of.bytes.has(now, size) && m_total.take(now, size)) {
            static_cast<void>(of.bytes.take(now, size));
            m_write(text);
        } else {
            ++of.leftOut;
        }
    }
    of.leftOut += batch.dropped;
}

bool OutputEcho::tellLeftOut(Instant now)
{
    const std::lock_guard lock(m_order);
    bool owes = false;
    for (auto it = m_processes.begin(); it != m_processes.end();) {
        Process &process = it->second;
        if (process.leftOut > 0 && now - process.toldAt >= leftOutLinesInterval)
            tell(it->first, process, now);
        owes |= process.leftOut > 0;
        const bool isQuiet
            = process.bytes.isFull(now) && now - process.toldAt >= leftOutLinesInterval;
        if (process.leftOut == 0 && isQuiet)
            it = m_processes.erase(it);
        else
            ++it;
    }
    return owes;
}

void OutputEcho::finish()
{
    const std::lock_guard lock(m_order);
    for (auto &[label, process] : m_processes)
        if (process.leftOut > 0)
            tell(label, process, Instant());
}

void OutputEcho::tell(const QByteArray &label, Process &process, Instant now)
{
    m_write(
        label + " | … " + QByteArray::number(std::exchange(process.leftOut, 0)) + " lines dropped");
    process.toldAt = now;
}

} // namespace semper
