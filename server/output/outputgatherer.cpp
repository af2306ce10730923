// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputgatherer.h"

#include <algorithm>
#include <utility>

namespace semper {

namespace {

constexpr qint64 mostLinesOfAll = 4000;
constexpr qint64 mostBytesOfAll = 2 * 1024 * 1024;

} // namespace

OutputBatch &OutputGatherer::batchOf(const Process &process)
{
    OutputBatch &batch = m_batches[process];
    batch.process = process.first;
    batch.instance = process.second;
    return batch;
}

bool OutputGatherer::isFull(const Process &process) const
{
    const auto batch = m_batches.constFind(process);
    return batch != m_batches.cend()
        && (batch->lines.size() >= m_linesOfOne || batch->bytes >= m_bytesOfOne);
}

void OutputGatherer::add(const Process &process, const QByteArray &line)
{
    if (isFull(process))
        return drop(process, 1);
    OutputBatch &batch = batchOf(process);
    batch.lines.append(QString::fromUtf8(line));
    batch.bytes += line.size();
}

void OutputGatherer::drop(const Process &process, qint64 lines)
{
    batchOf(process).dropped += lines;
}

OutputBatches OutputGatherer::takeAll(const QSet<Process> &held)
{
    OutputBatches batches = std::exchange(m_batches, {});
    for (const Process &process : held)
        if (const auto it = batches.constFind(process); it != batches.cend()) {
            m_batches.insert(process, *it);
            batches.erase(it);
        }
    const qint64 writers = std::max<qint64>(1, batches.size());
    m_linesOfOne = std::clamp<qint64>(mostLinesOfAll / writers, 1, mostLinesOfOne);
    m_bytesOfOne = std::clamp<qint64>(mostBytesOfAll / writers, 1, mostBytesOfOne);
    return batches;
}

std::optional<OutputBatch> OutputGatherer::takeOf(const Process &process)
{
    const auto it = m_batches.constFind(process);
    if (it == m_batches.cend())
        return std::nullopt;
    const OutputBatch batch = *it;
    m_batches.erase(it);
    return batch;
}

void OutputGatherer::putBack(const OutputBatch &batch)
{
    OutputBatch &later = batchOf({batch.process, batch.instance});
    later.lines = batch.lines + later.lines;
    later.bytes += batch.bytes;
    later.dropped += batch.dropped;
}

} // namespace semper
