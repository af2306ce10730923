// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/notifysocket.h"

#include "protocol/socketpath.h"
#include "readiness/notifymessage.h"
#include "supervisor/lineage.h"
#include "supervisor/supervisor.h"

#include <QFile>
#include <QLoggingCategory>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.notify", QtInfoMsg)

constexpr std::size_t maximumMessageBytes = 4096;
constexpr int messagesPerTurn = 16;
constexpr qsizetype maximumStatusLength = 1024; // as over the hub
constexpr auto quietAfterAComplaint = 60s;

std::optional<pid_t> senderOf(msghdr &header)
{
    const cmsghdr *item = CMSG_FIRSTHDR(&header);
    if (!item || item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_CREDENTIALS)
        return std::nullopt;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
    return credentials.pid;
}

bool isSocket(const QByteArray &path)
{
    struct stat about = {};
    return ::lstat(path.constData(), &about) == 0 && S_ISSOCK(about.st_mode);
}

} // namespace

NotifySocket::NotifySocket(Supervisor &supervisor, QObject *parent)
    : QObject(parent)
    , m_supervisor(supervisor)
{
    // What it said last, the reason of its end perhaps, is taken while it is still known.
    connect(&supervisor, &Supervisor::launchEnding, this, &NotifySocket::read);
}

NotifySocket::~NotifySocket()
{
    m_notifier.reset();
    if (m_socket >= 0)
        ::close(m_socket);
    if (!m_path.isEmpty())
        ::unlink(m_path.constData());
}

QString NotifySocket::pathBeside(const QString &hubSocket)
{
    constexpr QLatin1StringView ending{".sock"};
    const bool hasEnding = hubSocket.endsWith(ending);
    return hubSocket.chopped(hasEnding ? ending.size() : 0) + u".notify"_s;
}

QString NotifySocket::openToAll(const QByteArray &run)
{
    return u"@semper/"_s + QString::fromLatin1(run);
}

std::optional<QString> NotifySocket::listen(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    const bool isAbstract = name.startsWith('@');
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (name.size() > maximumSocketPathBytes)
        return u"the notify socket's path has more than %1 bytes: %2"_s.arg(maximumSocketPathBytes)
            .arg(path);
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    socklen_t length = sizeof address;
    if (isAbstract) {
        address.sun_path[0] = '\0';
        length = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(name.size()));
    } else if (isSocket(name)) {
        ::unlink(name.constData());
    }

    const int on = 1;
    m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // Made with mode 0600 rather than changed to it afterwards.
    const mode_t before = ::umask(S_IXUSR | S_IRWXG | S_IRWXO);
    const bool bound = m_socket >= 0
        && ::setsockopt(m_socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0
        && ::bind(m_socket, reinterpret_cast<const sockaddr *>(&address), length) == 0;
    const int error = errno;
    ::umask(before);
    if (!bound) {
        if (m_socket >= 0)
            ::close(std::exchange(m_socket, -1));
        return u"cannot listen on %1: %2"_s.arg(path, qt_error_string(error));
    }
    if (!isAbstract)
        m_path = name;
    m_notifier = std::make_unique<QSocketNotifier>(m_socket, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &NotifySocket::read);
    return std::nullopt;
}

void NotifySocket::read()
{
    for (int i = 0; i < messagesPerTurn && readOne(); ++i) { }
}

bool NotifySocket::readOne()
{
    std::array<char, maximumMessageBytes> bytes;
    // Room for the credentials and nothing else: descriptors that come along find none, and the
    // kernel closes them. Source: unix(7), SCM_RIGHTS.
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t size
        = m_socket < 0 ? -1 : ::recvmsg(m_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return m_socket >= 0 && errno == EINTR;
    const auto sender = senderOf(header);
    if (!sender)
        return true;
    // Cut short it may say anything: it counts as nonsense.
    const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
    take(*sender, whole ? QByteArray(bytes.data(), size) : QByteArray());
    return true;
}

void NotifySocket::take(pid_t sender, const QByteArray &bytes)
{
    SupervisedProcess *process = launchOf(sender);
    if (!process)
        return complain(u"pid %1 sent a message and belongs to no launch that may"_s.arg(sender));
    if (const auto message = parseNotifyMessage(bytes))
        pass(*message, *process);
    else
        complain(u"%1 sent a message that is none, or too long"_s.arg(process->name()));
}

SupervisedProcess *NotifySocket::launchOf(pid_t sender) const
{
    QList<SupervisedProcess *> processes = m_supervisor.all();
    processes.removeIf([](const SupervisedProcess *process) {
        return process->spec().ready.mode != ReadyMode::Notify || process->launchPid() <= 0;
    });
    // Nearly always it is the launch itself, which costs no look at /proc.
    for (SupervisedProcess *process : std::as_const(processes))
        if (process->launchPid() == sender)
            return process;
    const Lineage lineage(sender);
    for (SupervisedProcess *process : std::as_const(processes))
        if (lineage.belongsTo(pid_t(process->launchPid()), process->mark()))
            return process;
    return nullptr;
}

void NotifySocket::pass(const NotifyMessage &message, SupervisedProcess &process)
{
    if (message.heartbeat)
        process.heartbeat().received({});
    if (message.status)
        process.setStatusText(message.status->left(maximumStatusLength));
    if (message.error)
        process.handle(happening::FaultReported{
            u"it told of an error: %1"_s.arg(qt_error_string(*message.error))});
    if (message.mainPid)
        checkMainPid(*message.mainPid, process);
    if (message.stopping)
        process.reportReady(false);
    else if (message.ready)
        process.reportReady(true);
}

// The launch stays what is supervised, whoever does its work.
void NotifySocket::checkMainPid(pid_t pid, const SupervisedProcess &process)
{
    if (Lineage(pid).belongsTo(pid_t(process.launchPid()), process.mark()))
        qCDebug(log, "%s: its main process is %d", qUtf8Printable(process.name()), pid);
    else
        complain(u"%1 named pid %2 as its main process, which is none of its own"_s.arg(
            process.name(), QString::number(pid)));
}

void NotifySocket::complain(const QString &text)
{
    if (!m_quiet.hasExpired()) {
        ++m_unsaid;
        return;
    }
    const QString more
        = m_unsaid > 0 ? u" (%1 complaints before were not told)"_s.arg(m_unsaid) : QString();
    qCWarning(log, "%ls%ls", qUtf16Printable(text), qUtf16Printable(more));
    m_unsaid = 0;
    m_quiet.setRemainingTime(quietAfterAComplaint);
}

} // namespace semper
