// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "output/outputbatch.h"

#include <QByteArray>
#include <QSet>

#include <optional>
#include <utility>

namespace semper {

/// Lines of processes until they are handed on: 500 and 256 KiB of a process at most, and 4,000 and
/// 2 MiB of all, which those that write share. What is beyond is counted.
class SEMPER_SERVER_EXPORT OutputGatherer
{
public:
    using Process = OutputBatches::key_type;

    /// Whatever is added to \a process now would only be counted.
    [[nodiscard]] bool isFull(const Process &process) const;
    void add(const Process &process, const QByteArray &line);
    void drop(const Process &process, qint64 lines);

    /// All that was gathered, but for what is \a held. Who wrote since the last time will share the
    /// room until the next.
    [[nodiscard]] OutputBatches takeAll(const QSet<Process> &held = {});
    /// What was gathered of one, if anything was.
    [[nodiscard]] std::optional<OutputBatch> takeOf(const Process &process);
    /// What was taken of one, before what was gathered since.
    void putBack(const OutputBatch &batch);

private:
    static constexpr qint64 mostLinesOfOne = 500;
    static constexpr qint64 mostBytesOfOne = 256 * 1024;

    [[nodiscard]] OutputBatch &batchOf(const Process &process);

    OutputBatches m_batches;
    qint64 m_linesOfOne = mostLinesOfOne;
    qint64 m_bytesOfOne = mostBytesOfOne;
};

} // namespace semper
