// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "supervision/tokenbucket.h"

#include <QByteArray>
#include <QList>
#include <QLoggingCategory>

#include <map>
#include <utility>

namespace semper {

/// How much the server's own messages may add to its log, whoever has it write them, such as
/// clients that connect again and again: of each category and level 32 KiB in a second, after a
/// first 2 MiB, and of all together 128 KiB, after a first 8 MiB. What is left out is counted.
/// Messages of the program that embeds the server, and those for finding faults, are not bounded.
class SEMPER_SERVER_EXPORT LogBudget
{
public:
    struct LeftOut
    {
        QByteArray category;
        qint64 messages = 0;
    };

    [[nodiscard]] bool admits(
        QtMsgType type, const QByteArray &category, qint64 bytes, Instant now);
    /// What was left out since it was last told, which is once a second at most.
    [[nodiscard]] QList<LeftOut> takeLeftOut(Instant now);

private:
    struct Account
    {
        TokenBucket bytes;
        qint64 leftOut = 0;
    };

    std::map<std::pair<QByteArray, QtMsgType>, Account> m_accounts;
    TokenBucket m_allBytes{128 * 1024, 8 * 1024 * 1024};
    Instant m_toldAt = {};
    bool m_owes = false;
};

} // namespace semper
