// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/heldbytes.h"

#include "os/usablememory.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace semper {

namespace {

constexpr qint64 heldMebibyte = 1024 * 1024;
constexpr qint64 leastBudget = 32 * heldMebibyte;
constexpr qint64 mostBudget = 1024 * heldMebibyte;
constexpr qint64 shareOfMemory = 16; ///< of the memory; two event loops have clients

HeldBytes::Budget budgetOf(qint64 all)
{
    return {.strangers = all / 2, .all = all};
}

} // namespace

struct HeldBytes::Ledger
{
    void take(const HeldBytes &client, qint64 bytes)
    {
        all += bytes;
        if (!client.m_isTrusted)
            strangers += bytes;
    }
    [[nodiscard]] bool isKept() const { return strangers <= budget.strangers && all <= budget.all; }
    void enforce(const HeldBytes &grown);
    [[nodiscard]] HeldBytes *largest(bool trustedToo) const;

    Budget budget = budgetOf(std::clamp(usableMemory() / shareOfMemory, leastBudget, mostBudget));
    qint64 strangers = 0; ///< what they hold now
    qint64 all = 0; ///< likewise
    std::unordered_set<HeldBytes *> clients; ///< that hold something
};

HeldBytes::Ledger &HeldBytes::ledger()
{
    static thread_local Ledger instance;
    return instance;
}

HeldBytes *HeldBytes::Ledger::largest(bool trustedToo) const
{
    HeldBytes *found = nullptr;
    for (HeldBytes *client : clients)
        if ((trustedToo || !client->m_isTrusted) && (!found || client->m_bytes > found->m_bytes))
            found = client;
    return found;
}

void HeldBytes::Ledger::enforce(const HeldBytes &grown)
{
    if (isKept())
        return;
    // What was taken since was not told.
    const std::vector<HeldBytes *> before(clients.cbegin(), clients.cend());
    for (HeldBytes *client : before)
        if (client != &grown)
            client->set(client->m_measure());
    while (!isKept()) {
        HeldBytes *client = largest(false);
        if (!client)
            client = largest(true);
        if (!client)
            return;
        client->set(0); // its memory is as good as free
        client->m_isGivenUp = true;
        client->m_giveUp();
    }
}

HeldBytes::HeldBytes(std::function<qint64()> measure, std::function<void()> giveUp)
    : m_measure(std::move(measure))
    , m_giveUp(std::move(giveUp))
{ }

HeldBytes::~HeldBytes()
{
    set(0);
}

void HeldBytes::set(qint64 bytes)
{
    if (m_isGivenUp || bytes == m_bytes)
        return;
    Ledger &all = ledger();
    const qint64 more = bytes - std::exchange(m_bytes, bytes);
    all.take(*this, more);
    if (bytes == 0)
        all.clients.erase(this);
    else
        all.clients.insert(this);
}

void HeldBytes::grew(qint64 bytes)
{
    set(m_measure() + bytes);
    ledger().enforce(*this);
}

void HeldBytes::setTrusted()
{
    if (std::exchange(m_isTrusted, true))
        return;
    ledger().strangers -= m_bytes;
}

HeldBytes::Budget HeldBytes::budget()
{
    return ledger().budget;
}

void HeldBytes::allowMessage(qint64 bytes)
{
    Budget &budget = ledger().budget;
    budget.strangers = std::max(budget.strangers, 2 * bytes);
    budget.all = std::max(budget.all, 2 * budget.strangers);
}

void HeldBytes::setBudget(const Budget &budget)
{
    ledger().budget = budget;
}

} // namespace semper
