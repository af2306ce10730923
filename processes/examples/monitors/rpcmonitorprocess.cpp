// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorround.h"

#include <semper/userprocess.h>

using namespace Qt::StringLiterals;

/// Logs who is connected to its RPC service, and as whom.
class RpcMonitorProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setTitle(u"rpc-monitor");
        MonitorRound round(process);
        while (!process.stopRequested()) {
            co_await round.logConnections(describe);
            co_await round.readUser();
            co_await round.setAndGetKey();
            co_await round.pause();
        }
    }

private:
    static QString describe(const semper::Connection &connection)
    {
        const QString user = connection.user.isEmpty() ? u"nobody"_s : connection.user;
        return u"%1 as %2"_s.arg(connection.peer, user);
    }
};
SEMPER_USER_PROCESS(RpcMonitorProcess)

#include "rpcmonitorprocess.moc"
