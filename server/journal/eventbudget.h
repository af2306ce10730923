// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "supervision/processmachine.h"
#include "supervision/tokenbucket.h"

#include <QList>
#include <QString>

#include <map>
#include <utility>

namespace semper {

/// How many events of one process the journal and the log take: of what it says of itself, whether
/// it is ready, 2 in a second after a first 50; of its launches and all else 20 after a first
/// 1,000. What is left out is counted. That it has failed or cannot be killed is never left out.
class SEMPER_SERVER_EXPORT EventBudget
{
public:
    using Process = std::pair<QString, int>; ///< name and instance
    struct LeftOut
    {
        Process process;
        qint64 events = 0;
    };

    /// Whether \a process may be told of once more; else it is counted.
    [[nodiscard]] bool admits(const Process &process, RecordType type, Instant now);
    /// What was left out since the last call.
    [[nodiscard]] QList<LeftOut> takeLeftOut(Instant now);

private:
    struct Account
    {
        TokenBucket words;
        TokenBucket launches;
        qint64 leftOut = 0;
    };

    std::map<Process, Account> m_accounts; ///< of those that were told of lately
};

} // namespace semper
