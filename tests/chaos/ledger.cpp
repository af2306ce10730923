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
    m_hasBegun = false;
}

void Ledger::noteKill(const QString &process, qint64 pid)
{
    m_kills[process].append(pid);
}

void Ledger::take(const QJsonObject &event)
{
    const qint64 id = event[u"id"_s].toInteger();
    // A server that was killed may have had events that nobody heard: the next one tells those that
    // are on disk, and the ids of the others never come again.
    const bool mayBeMissing = !m_hasBegun && id > m_lastId;
    if (id != m_lastId + 1 && !mayBeMissing)
        m_wrong.append(u"event %1 follows event %2"_s.arg(id).arg(m_lastId));
    m_lastId = id;
    const QString type = event[u"type"_s].toString();
    const QString process = event[u"process"_s].toString();
    m_hasBegun = m_hasBegun || type == u"server_started";
    if (!m_hasBegun)
        return;
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

QMap<QString, QString> Ledger::audit(const QJsonArray &processes)
{
    m_compared = 0;
    QMap<QString, QString> wrong;
    for (const auto &entry : processes)
        if (const QString finding = auditOne(entry.toObject()); !finding.isEmpty())
            wrong.insert(entry[u"name"_s].toString(), finding);
    return wrong;
}

QString Ledger::auditOne(const QJsonObject &process)
{
    const QString name = process[u"name"_s].toString();
    const Account account = m_accounts.value(name);
    const qint64 pid = process[u"pid"_s].toInteger();
    if (pid != account.alive)
        return u"%1 has pid %2, and by its events %3"_s.arg(name).arg(pid).arg(account.alive);
    // What is in backoff has been told to be restarted and is not counted as such yet.
    const int due = process[u"state"_s] == u"backoff"_s ? 1 : 0;
    const int restarts = process[u"restarts"_s].toInt();
    m_compared += m_asked.contains(name) ? 0 : 1;
    if (!m_asked.contains(name) && restarts != account.restarts - due)
        return u"%1 counts %2 restarts, its events %3"_s.arg(name).arg(restarts).arg(
            account.restarts - due);
    const QList<qint64> kills = m_kills.value(name);
    for (const qint64 killed : kills)
        if (account.ends.value(killed) != 1)
            return u"the kill of %1 (%2) was told %3 times"_s.arg(name).arg(killed).arg(
                account.ends.value(killed));
    m_kills.remove(name);
    return {};
}

} // namespace semper::chaos
