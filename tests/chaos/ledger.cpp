// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos/ledger.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper::chaos {

void Ledger::beginLife()
{
    m_accounts.clear();
    m_kills.clear();
    m_asked.clear();
}

void Ledger::noteKill(const QString &process, qint64 pid)
{
    m_kills[process].append(pid);
}

void Ledger::take(const QJsonObject &event)
{
    const qint64 id = event[u"id"_s].toInteger();
    if (m_lastId > 0 && id != m_lastId + 1)
        m_wrong.append(u"event %1 follows event %2"_s.arg(id).arg(m_lastId));
    m_lastId = id;
    const QString type = event[u"type"_s].toString();
    const QString process = event[u"process"_s].toString();
    if (type == u"reload" && !event[u"ok"_s].toBool())
        ++m_refusals;
    if (process.isEmpty())
        return;
    Account &account = m_accounts[process];
    if (type == u"start")
        started(account, event);
    else if (type == u"exit")
        ended(account, event);
}

void Ledger::started(Account &account, const QJsonObject &event)
{
    const QString process = event[u"process"_s].toString();
    const qint64 pid = event[u"pid"_s].toInteger();
    if (account.alive != 0)
        m_wrong.append(
            u"%1 was started as %2 while %3 was alive"_s.arg(process).arg(pid).arg(account.alive));
    if (std::exchange(account.ended, false) && !m_asked.contains(process))
        m_wrong.append(u"%1 was started as %2, which nobody asked for"_s.arg(process).arg(pid));
    account.alive = pid;
}

void Ledger::ended(Account &account, const QJsonObject &event)
{
    const QJsonObject exit = event[u"last_exit"_s].toObject();
    const bool wasLaunched = !exit[u"code"_s].isNull() || !exit[u"signal"_s].isNull();
    account.ended = event[u"decision"_s] != u"restart"_s;
    if (!account.ended)
        ++account.restarts;
    if (!wasLaunched)
        return;
    ++m_deaths;
    if (account.alive == 0)
        m_wrong.append(u"%1 ended and was not alive"_s.arg(event[u"process"_s].toString()));
    ++account.ends[std::exchange(account.alive, 0)];
}

QStringList Ledger::audit(const QJsonArray &processes)
{
    m_compared = 0;
    for (const auto &entry : processes) {
        const QJsonObject process = entry.toObject();
        const QString name = process[u"name"_s].toString();
        const Account account = m_accounts.value(name);
        if (process[u"pid"_s].toInteger() != account.alive)
            m_wrong.append(u"%1 has pid %2, and by its events %3"_s.arg(name)
                               .arg(process[u"pid"_s].toInteger())
                               .arg(account.alive));
        // What is in backoff has been told to be restarted and is not counted as such yet.
        const int due = process[u"state"_s] == u"backoff"_s ? 1 : 0;
        const int restarts = process[u"restarts"_s].toInt();
        m_compared += m_asked.contains(name) ? 0 : 1;
        if (!m_asked.contains(name) && restarts != account.restarts - due)
            m_wrong.append(u"%1 counts %2 restarts, its events %3"_s.arg(name).arg(restarts).arg(
                account.restarts - due));
        for (const qint64 pid : m_kills.take(name))
            if (account.ends.value(pid) != 1)
                m_wrong.append(u"the kill of %1 (%2) was told %3 times"_s.arg(name).arg(pid).arg(
                    account.ends.value(pid)));
    }
    return std::exchange(m_wrong, {});
}

} // namespace semper::chaos
