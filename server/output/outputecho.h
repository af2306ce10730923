// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "output/outputbatch.h"
#include "supervision/tokenbucket.h"

#include <QByteArray>

#include <functional>
#include <map>
#include <mutex>

namespace semper {

/// Writes what processes print to the server's log, with the process's name before each line, and
/// keeps the log from growing at their pace: of each process 256 KiB in a second, after a first
/// 2 MiB, and of all together 1 MiB, after 8. What is left out is counted, and the count told once
/// a second. Any thread; what two threads write does not mix.
class SEMPER_SERVER_EXPORT OutputEcho
{
public:
    using Write = std::function<void(const QByteArray &line)>;

    /// \a write has a line put into the log.
    explicit OutputEcho(Write write);

    void write(const OutputBatch &batch, Instant now);
    /// Tells the counts that are due. True while there are some that are not.
    bool tellLeftOut(Instant now);
    /// Tells all that is left out, whatever the time.
    void finish();

    /// To be held while batches are taken and written, so that they keep their order.
    [[nodiscard]] std::recursive_mutex &order() { return m_order; }

private:
    struct Process
    {
        TokenBucket bytes;
        qint64 leftOut = 0; ///< lines
        Instant toldAt = {};
    };

    [[nodiscard]] Process &process(const QByteArray &label);
    void tell(const QByteArray &label, Process &process, Instant now);

    Write m_write;
    std::recursive_mutex m_order; ///< guards what follows
    TokenBucket m_total;
    std::map<QByteArray, Process> m_processes; ///< by label, those that wrote much lately
};

} // namespace semper
