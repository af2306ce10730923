// SPDX-License-Identifier: GPL-3.0-or-later
#include "announce.h"

#include <semper/userprocess.h>

#include <QFile>

#include <algorithm>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Sends one Announcement as run() begins, and waits to be ended. Settings: "socket", "index".
class Announcer : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        announce(process.settings());
        while (!process.stopRequested())
            co_await process.sleep(1h);
    }

private:
    static void announce(const QJsonObject &settings)
    {
        const Announcement announcement{.nanoseconds = monotonicNanoseconds(),
            .cpuNanoseconds = nanosecondsOf(CLOCK_PROCESS_CPUTIME_ID),
            .index = settings.value(u"index"_s).toInt(),
            .pid = ::getpid()};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray path = QFile::encodeName(settings.value(u"socket"_s).toString());
        std::copy_n(path.constData(),
            std::min<std::size_t>(std::size_t(path.size()), sizeof address.sun_path - 1),
            address.sun_path);
        const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const ssize_t sent = ::sendto(out, &announcement, sizeof announcement, 0,
            reinterpret_cast<const sockaddr *>(&address), sizeof address);
        ::close(out);
        if (sent != sizeof announcement)
            throw std::runtime_error("nobody hears the announcement");
    }
};

SEMPER_USER_PROCESS(Announcer)

#include "announcerprocess.moc"
