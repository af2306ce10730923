// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorround.h"

#include <semper/userprocess.h>

using namespace Qt::StringLiterals;

/// Logs who is connected to its HTTP service, and when they last asked for something.
class HttpMonitorProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setTitle(u"http-monitor");
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
        return u"%1 last active %2"_s.arg(
            connection.peer, connection.lastActivity.toString(Qt::ISODate));
    }
};
SEMPER_USER_PROCESS(HttpMonitorProcess)

#include "httpmonitorprocess.moc"
