// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventbudget.h"

#include <utility>

namespace semper {

bool EventBudget::admits(const Process &process, RecordType type, Instant now)
{
    if (type == RecordType::Failed || type == RecordType::Unkillable)
        return true;
    const auto [it, isNew]
        = m_accounts.try_emplace(process, Account{.words = {2, 50}, .launches = {20, 1000}});
    Account &account = it->second;
    const bool isItsWord = type == RecordType::Ready || type == RecordType::Unready
        || type == RecordType::Stalled || type == RecordType::Working;
    if ((isItsWord ? account.words : account.launches).take(now))
        return true;
    ++account.leftOut;
    return false;
}

QList<EventBudget::LeftOut> EventBudget::takeLeftOut(Instant now)
{
    QList<LeftOut> list;
    for (auto it = m_accounts.begin(); it != m_accounts.end();) {
        Account &account = it->second;
        if (account.leftOut > 0)
            list.append({it->first, std::exchange(account.leftOut, 0)});
        if (account.words.isFull(now) && account.launches.isFull(now))
            it = m_accounts.erase(it);
        else
            ++it;
    }
    return list;
}

} // namespace semper
