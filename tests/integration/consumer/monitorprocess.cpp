// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/userprocess.h>

using namespace std::chrono_literals;

class MonitorProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        process.setTitle(u"orders-monitor");
        while (!process.stopRequested()) {
            const auto connections = co_await process.service().connections();
            process.gauge(u"connections").set(connections.size());
            co_await process.sleep(3s);
        }
    }
};
SEMPER_USER_PROCESS(MonitorProcess)

#include "monitorprocess.moc"
