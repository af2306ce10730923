// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/systemdnotifier.h"

#include <QLoggingCategory>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSystemdNotifier, "semper.server.systemd", QtInfoMsg)

constexpr auto statusInterval = 1000ms;
constexpr auto sendAgainAfter = 200ms;
constexpr qsizetype mostWaiting = 16;

/// A sockaddr_un as long as it counts, empty for an address of another kind. Source: sd_notify(3),
/// "@" stands for the NUL of the abstract namespace.
QByteArray socketAddress(QByteArray name)
{
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const bool isAbstract = name.startsWith('@');
    if (!isAbstract && !name.startsWith('/'))
        return {};
    const std::size_t room = sizeof address.sun_path - (isAbstract ? 0 : 1);
    if (name.size() < 2 || std::size_t(name.size()) > room)
        return {};
    if (isAbstract)
        name[0] = '\0';
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    const std::size_t size
        = offsetof(sockaddr_un, sun_path) + std::size_t(name.size()) + (isAbstract ? 0 : 1);
    return QByteArray(reinterpret_cast<const char *>(&address), qsizetype(size));
}

/// The clock that systemd compares with.
QByteArray monotonicMicroseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return QByteArray::number(qint64(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

} // namespace

SystemdNotifier::SystemdNotifier(pid_t mainProcess, QObject *parent)
    : QObject(parent)
    , m_mainProcess(mainProcess)
{
    takeEnvironment();
    connect(&m_heartbeat, &QTimer::timeout, this, [this] {
        if (m_waiting.isEmpty()) // else it would crowd out what is told once
            send({"WATCHDOG=1"});
    });
    m_tellStatus.setSingleShot(true);
    m_tellStatus.setInterval(statusInterval);
    connect(&m_tellStatus, &QTimer::timeout, this, &SystemdNotifier::tellStatus);
    m_sendAgain.setSingleShot(true);
    m_sendAgain.setInterval(sendAgainAfter);
    connect(&m_sendAgain, &QTimer::timeout, this, &SystemdNotifier::sendWaiting);
}

SystemdNotifier::~SystemdNotifier()
{
    if (m_socket >= 0)
        ::close(m_socket);
}

void SystemdNotifier::takeEnvironment()
{
    const QByteArray name = qgetenv("NOTIFY_SOCKET");
    const qint64 watchdog = qgetenv("WATCHDOG_USEC").toLongLong();
    const QByteArray watched = qgetenv("WATCHDOG_PID");
    for (const char *variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID",
             "LISTEN_FDS", "LISTEN_FDNAMES"})
        qunsetenv(variable);
    if (name.isEmpty())
        return;
    m_address = socketAddress(name);
    if (m_address.isEmpty()) {
        qCWarning(logSystemdNotifier,
            "NOTIFY_SOCKET is no path and no abstract name: nobody is told how it is");
        return;
    }
    m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The guardian is whom systemd started, and so whom it names.
    const auto isWatched = [&watched](pid_t pid) { return watched == QByteArray::number(pid); };
    if (watchdog > 0 && (watched.isEmpty() || isWatched(m_mainProcess) || isWatched(::getpid())))
        m_watchdog = std::chrono::microseconds(watchdog);
}

void SystemdNotifier::ready()
{
    QByteArrayList message{"READY=1"};
    if (m_mainProcess > 0)
        message.append("MAINPID=" + QByteArray::number(m_mainProcess));
    message.append(statusAssignment());
    if (m_watchdog > 0us) {
        message.append("WATCHDOG=1");
        m_heartbeat.start(
            std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(m_watchdog / 2)));
    }
    send(message);
}

void SystemdNotifier::reloading()
{
    send({"RELOADING=1", "MONOTONIC_USEC=" + monotonicMicroseconds()});
}

void SystemdNotifier::stopping(std::chrono::milliseconds limit)
{
    const std::chrono::microseconds allowed = limit;
    send({"STOPPING=1", "EXTEND_TIMEOUT_USEC=" + QByteArray::number(qint64(allowed.count())),
        statusAssignment()});
}

void SystemdNotifier::statusChanged()
{
    if (isActive() && !m_tellStatus.isActive())
        m_tellStatus.start();
}

void SystemdNotifier::tellStatus()
{
    if (m_statusSource && m_statusSource() != m_status)
        send({statusAssignment()});
}

QByteArray SystemdNotifier::statusAssignment()
{
    m_status = isActive() && m_statusSource ? m_statusSource() : QString();
    return "STATUS=" + m_status.toUtf8().replace('\n', ' ');
}

void SystemdNotifier::send(const QByteArrayList &assignments)
{
    if (!isActive())
        return;
    if (m_waiting.size() >= mostWaiting) // nobody reads: what is newer matters more
        m_waiting.removeFirst();
    m_waiting.append(assignments.join('\n'));
    sendWaiting();
}

void SystemdNotifier::sendWaiting()
{
    while (!m_waiting.isEmpty()) {
        const QByteArray &message = m_waiting.first();
        const ssize_t sent = ::sendto(m_socket, message.constData(), std::size_t(message.size()),
            MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr *>(m_address.constData()),
            socklen_t(m_address.size()));
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return m_sendAgain.start();
        if (sent < 0 && !std::exchange(m_complained, true))
            qCWarning(logSystemdNotifier, "the service manager cannot be told: %ls",
                qUtf16Printable(qt_error_string(errno)));
        m_waiting.removeFirst();
    }
}

} // namespace semper
