// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/userprocess.h>

using namespace std::chrono_literals;

/// The smallest user process that does something: it counts the seconds that it lives.
class HeartbeatProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        while (!process.stopRequested()) {
            process.counter(u"beats").add();
            co_await process.sleep(1s);
        }
    }
};
SEMPER_USER_PROCESS(HeartbeatProcess)

#include "heartbeatprocess.moc"
