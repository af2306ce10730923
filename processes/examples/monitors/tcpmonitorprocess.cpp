// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorround.h"

#include <semper/userprocess.h>

using namespace Qt::StringLiterals;

/// Logs who is connected to its TCP service, and how much went in and out.
class TcpMonitorProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setTitle(u"tcp-monitor");
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
        return u"%1: %2 bytes in, %3 out"_s.arg(connection.peer)
            .arg(connection.bytesIn)
            .arg(connection.bytesOut);
    }
};
SEMPER_USER_PROCESS(TcpMonitorProcess)

#include "tcpmonitorprocess.moc"
