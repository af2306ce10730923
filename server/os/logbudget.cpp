// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/logbudget.h"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr double messageBytesPerSecond = 32 * 1024;
constexpr double firstMessageBytes = 2 * 1024 * 1024;
constexpr auto leftOutMessagesInterval = 1s;

} // namespace

bool LogBudget::admits(QtMsgType type, const QByteArray &category, qint64 bytes, Instant now)
{
    if (type == QtDebugMsg || !category.startsWith("semper."))
        return true;
    const auto [it, isNew] = m_accounts.try_emplace(
        {category, type}, Account{.bytes = {messageBytesPerSecond, firstMessageBytes}});
    if (it->second.bytes.has(now, double(bytes)) && m_allBytes.take(now, double(bytes)))
        return it->second.bytes.take(now, double(bytes));
    ++it->second.leftOut;
    m_owes = true;
    return false;
}

QList<LogBudget::LeftOut> LogBudget::takeLeftOut(Instant now)
{
    QList<LeftOut> list;
    if (!m_owes || now - m_toldAt < leftOutMessagesInterval)
        return list;
    for (auto &[key, account] : m_accounts)
        if (account.leftOut > 0)
            list.append({key.first, std::exchange(account.leftOut, 0)});
    m_owes = false;
    m_toldAt = now;
    return list;
}

} // namespace semper
