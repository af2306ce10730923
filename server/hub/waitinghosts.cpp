// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/waitinghosts.h"

#include "hub/hubconnection.h"
#include "protocol/keys.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisedprocess.h"

#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace semper {

WaitingHosts::WaitingHosts(const Standbys &standbys)
    : m_standbys(standbys)
{ }

bool WaitingHosts::greet(HubConnection *connection, const QJsonObject &hello)
{
    StandbyHost *host = m_standbys.find(
        hello.value(keys::process).toString(), hello.value(keys::token).toString().toLatin1());
    const QByteArray mark = host ? host->identity().mark() : QByteArray();
    if (!host || !connection->peer().belongsTo(pid_t(host->pid()), mark))
        return false;
    if (const auto older = m_waiting.take(mark); older.connection)
        older.connection->fail(u"replaced"_s, u"the launch connected again"_s);
    connection->setGreeted();
    m_waiting.insert(mark, {connection, host});
    QList<FileStamp> files;
    const QJsonObject loaded = hello.value(keys::loaded).toObject();
    for (auto it = loaded.begin(); it != loaded.end(); ++it)
        files.append(FileStamp(it.key(), it.value().toString().toLatin1()));
    host->setLoaded(files);
    return true;
}

HubConnection *WaitingHosts::take(const SupervisedProcess &process)
{
    return m_waiting.take(process.mark()).connection;
}

void WaitingHosts::forget(const HubConnection *connection)
{
    for (auto it = m_waiting.cbegin(); it != m_waiting.cend(); ++it) {
        if (it->connection != connection)
            continue;
        const QPointer<StandbyHost> host = it->host;
        m_waiting.erase(it);
        if (host)
            host->setLost();
        return;
    }
}

} // namespace semper
