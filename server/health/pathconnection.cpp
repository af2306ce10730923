// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/pathconnection.h"

#include "os/boundedwork.h"

#include <QFile>
#include <QHash>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto longest = 24h; // an attempt ends before
constexpr int mostAtOnePath = 8; // of threads that a file system holds

/// How many threads wait for \a path.
std::shared_ptr<std::atomic<int>> waitingFor(const QString &path)
{
    static QHash<QString, std::shared_ptr<std::atomic<int>>> counts;
    counts.removeIf([](const auto &it) { return *it.value() == 0; });
    auto &count = counts[path];
    if (!count)
        count = std::make_shared<std::atomic<int>>(0);
    return count;
}

int connectTo(int descriptor, const QByteArray &path)
{
    sockaddr_un address{};
    if (path.size() >= qsizetype(sizeof address.sun_path))
        return ENAMETOOLONG;
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    return ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0
        ? 0
        : errno;
}

} // namespace

struct PathConnection::Attempt
{
    Attempt()
        : descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
        , error(descriptor < 0 ? errno : 0)
    { }
    ~Attempt()
    {
        if (descriptor >= 0)
            ::close(descriptor);
    }
    Q_DISABLE_COPY_MOVE(Attempt)

    int descriptor;
    int error;
};

PathConnection::PathConnection(QString path)
    : m_path(std::move(path))
{
    m_again.setSingleShot(true);
    m_again.setInterval(50ms);
    connect(&m_again, &QTimer::timeout, this, &PathConnection::start);
}

PathConnection::~PathConnection() = default;

void PathConnection::start()
{
    const auto waiting = waitingFor(m_path);
    if (*waiting >= mostAtOnePath)
        return m_again.start();
    ++*waiting;
    m_attempt = std::make_shared<Attempt>();
    m_work = BoundedWork::begin(
        [attempt = m_attempt, path = QFile::encodeName(m_path), waiting] {
            if (attempt->error == 0)
                attempt->error = connectTo(attempt->descriptor, path);
            --*waiting;
        },
        longest);
    if (!m_work->problem().isEmpty()) {
        --*waiting;
        m_attempt->error = EAGAIN;
    }
    connect(m_work.get(), &BoundedWork::over, this, &PathConnection::over);
}

void PathConnection::over()
{
    if (m_attempt->error == EAGAIN)
        return m_again.start();
    if (m_attempt->error != 0)
        Q_EMIT failed(qt_error_string(m_attempt->error));
    else
        Q_EMIT connected(std::exchange(m_attempt->descriptor, -1));
}

} // namespace semper
