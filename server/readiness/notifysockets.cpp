// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/notifysockets.h"

#include "protocol/socketpath.h"
#include "protocol/trustedpath.h"
#include "readiness/notifymessage.h"
#include "supervisor/lineage.h"
#include "supervisor/supervisor.h"

#include <QFile>
#include <QLoggingCategory>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.notify", QtInfoMsg)

constexpr int socketsPerTurn = 8;
constexpr int messagesPerTurn = 4; ///< of one socket
constexpr int messagesPerPace = 16;
constexpr auto pace = 100ms;
constexpr int lastMessages = 64; ///< of a launch that has ended, in one go
constexpr qsizetype maximumStatusLength = 1024; // as over the hub
constexpr auto quietAfterAComplaint = 60s;
constexpr qsizetype nameLength = 8;
constexpr mode_t ownMode = S_IRWXU;
constexpr mode_t sharedMode = S_IRWXU | S_IXGRP | S_IXOTH; ///< to pass, not to list

/// "orders.notify" for "orders.sock".
QString folderBeside(const QString &hubSocket)
{
    constexpr QLatin1StringView ending{".sock"};
    const bool hasEnding = hubSocket.endsWith(ending);
    return hubSocket.chopped(hasEnding ? ending.size() : 0) + u".notify"_s;
}

/// Where a folder for other users may be: first where such things belong, then where there is
/// always room.
QStringList sharedFolders(const QByteArray &run)
{
    const QString name = u"/semper-notify-"_s + QString::fromLatin1(run);
    return {u"/run"_s + name, u"/tmp"_s + name};
}

/// Makes a folder of this user with \a mode, or takes one that is. Nothing, or why it could not.
std::optional<QString> makeFolder(const QString &path, mode_t mode)
{
    const QByteArray name = QFile::encodeName(path);
    struct stat found = {};
    if (::lstat(name.constData(), &found) == 0 && S_ISSOCK(found.st_mode))
        ::unlink(name.constData()); // of a server that had one socket for all
    const bool made = ::mkdir(name.constData(), ownMode) == 0 || errno == EEXIST;
    const int folder
        = made ? ::open(name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (folder < 0)
        return u"cannot make the folder %1: %2"_s.arg(path, qt_error_string(errno));
    // By its descriptor, so that it is the folder itself that is looked at and changed.
    const bool isOwn = ::fstat(folder, &found) == 0 && found.st_uid == ::geteuid();
    const bool isSet = isOwn && ::fchmod(folder, mode) == 0;
    const QString cause = isOwn ? qt_error_string(errno) : u"it belongs to another user"_s;
    ::close(folder);
    return isSet ? std::nullopt
                 : std::optional(u"cannot make the folder %1: %2"_s.arg(path, cause));
}

/// The folder \a path itself, if it is this user's; -1 otherwise.
int openOwn(const QByteArray &path)
{
    const int folder = ::open(path.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat found = {};
    if (folder < 0 || (::fstat(folder, &found) == 0 && found.st_uid == ::geteuid()))
        return folder;
    ::close(folder);
    return -1;
}

/// Does not go astray where somebody has put a link in its place.
void removeSockets(const QString &path)
{
    const int folder = openOwn(QFile::encodeName(path));
    DIR *const list = folder < 0 ? nullptr : ::fdopendir(folder);
    if (!list)
        return;
    while (const dirent *entry = ::readdir(list)) {
        struct stat found = {};
        if (::fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0
            && S_ISSOCK(found.st_mode))
            ::unlinkat(folder, entry->d_name, 0);
    }
    ::closedir(list);
}

void removeFolder(const QString &path)
{
    removeSockets(path);
    ::rmdir(QFile::encodeName(path).constData());
}

QString newName()
{
    return u"%1"_s.arg(
        QRandomGenerator::system()->generate(), int(nameLength), 16, QLatin1Char('0'));
}

} // namespace

NotifySockets::NotifySockets(
    Supervisor &supervisor, const QString &hubSocket, QByteArray run, QObject *parent)
    : QObject(parent)
    , m_supervisor(supervisor)
    , m_ownFolder(folderBeside(hubSocket))
    , m_run(std::move(run))
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_ready(m_epoll, QSocketNotifier::Read)
{
    connect(&m_ready, &QSocketNotifier::activated, this, &NotifySockets::read);
    m_pace.setSingleShot(true);
    m_pace.setInterval(pace);
    connect(&m_pace, &QTimer::timeout, this, [this] {
        for (NotifySocket *socket : std::as_const(m_sockets))
            if (std::exchange(socket->taken, 0) >= messagesPerPace)
                setHeard(*socket, true);
    });
    // What it said last, the reason of its end perhaps, is taken while it is still known.
    connect(&supervisor, &Supervisor::launchEnding, this, [this](const SupervisedProcess *process) {
        if (NotifySocket *socket = m_byMark.value(process->mark()))
            readFrom(*socket, lastMessages);
    });
    supervisor.setNotifyOpener([this](LaunchRequest &request, const LaunchIdentity &identity,
                                   QObject *launch) { return open(request, identity, launch); });
}

NotifySockets::~NotifySockets()
{
    const QList<NotifySocket *> sockets = m_sockets.values();
    for (NotifySocket *socket : sockets)
        socket->close();
    m_ready.setEnabled(false);
    ::close(m_epoll);
    if (m_hasOwnFolder)
        removeFolder(m_ownFolder);
    if (!m_sharedFolder.isEmpty())
        removeFolder(m_sharedFolder);
}

std::optional<QString> NotifySockets::prepare(Folder folder)
{
    const bool isShort
        = QFile::encodeName(m_ownFolder).size() + 1 + nameLength <= maximumSocketPathBytes;
    if (folder == Folder::Own && isShort) {
        if (m_hasOwnFolder)
            return std::nullopt;
        if (auto error = makeFolder(m_ownFolder, ownMode))
            return error;
        m_hasOwnFolder = true;
        removeSockets(m_ownFolder);
        return std::nullopt;
    }
    if (!m_sharedFolder.isEmpty())
        return std::nullopt;
    std::optional<QString> error;
    for (const QString &path : sharedFolders(m_run)) {
        error = distrustOfPath(path);
        if (!error)
            error = makeFolder(path, sharedMode);
        if (error)
            continue;
        m_sharedFolder = path;
        return std::nullopt;
    }
    return error;
}

void NotifySockets::removeShared(const QByteArray &run)
{
    for (const QString &path : sharedFolders(run))
        removeFolder(path);
}

std::optional<QString> NotifySockets::open(
    LaunchRequest &request, const LaunchIdentity &identity, QObject *launch)
{
    const bool isOwn = !isForeign(request);
    if (auto error = prepare(isOwn ? Folder::Own : Folder::Shared))
        return error;
    const QString folder = isOwn && m_hasOwnFolder ? m_ownFolder : m_sharedFolder;
    const uid_t user = isOwn ? ::geteuid() : *request.settings.runAs->user;
    auto socket
        = std::make_unique<NotifySocket>(*this, identity, user, folder + u'/' + newName(), nullptr);
    if (auto error = socket->listen())
        return error;
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket->descriptor()}};
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, socket->descriptor(), &event) != 0)
        return u"cannot listen on %1: %2"_s.arg(socket->path(), qt_error_string(errno));
    request.environment.insert(u"NOTIFY_SOCKET"_s, socket->path());
    m_byMark.insert(socket->mark(), socket.get());
    m_sockets.insert(socket->descriptor(), socket.get());
    socket.release()->setParent(launch);
    return std::nullopt;
}

void NotifySockets::forget(const NotifySocket &socket)
{
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, socket.descriptor(), nullptr);
    m_sockets.remove(socket.descriptor());
    m_byMark.remove(socket.mark());
}

void NotifySockets::setHeard(const NotifySocket &socket, bool isHeard)
{
    epoll_event event{
        .events = isHeard ? quint32(EPOLLIN) : 0U, .data = {.fd = socket.descriptor()}};
    ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, socket.descriptor(), &event);
}

void NotifySockets::read()
{
    std::array<epoll_event, socketsPerTurn> events;
    const int count = ::epoll_wait(m_epoll, events.data(), int(events.size()), 0);
    for (const epoll_event &event : std::span(events).first(std::size_t(std::max(count, 0)))) {
        NotifySocket *socket = m_sockets.value(event.data.fd);
        if (!socket)
            continue;
        readFrom(*socket, messagesPerTurn);
        if (socket->taken >= messagesPerPace)
            setHeard(*socket, false);
        if (!m_pace.isActive())
            m_pace.start();
    }
}

void NotifySockets::readFrom(NotifySocket &socket, int most)
{
    for (int i = 0; i < most; ++i) {
        const auto message = socket.read();
        if (!message)
            return;
        ++socket.taken;
        take(socket, *message);
    }
}

void NotifySockets::take(NotifySocket &socket, const NotifySocket::Message &message)
{
    // Before anything is read of who it is or what it says: a mark can be put on by anybody.
    if (!socket.mayBeSentBy(message.user))
        return complain(u"uid %1 sent a message for %2, whose uid is %3"_s.arg(message.user)
                            .arg(socket.processName())
                            .arg(socket.user()));
    SupervisedProcess *process = processOf(socket);
    if (!process)
        return; // a host in standby, before it is taken
    const auto launch = pid_t(process->launchPid());
    // Nearly always it is the launch itself, which costs no look at /proc.
    if (message.pid <= 0
        || (message.pid != launch && !Lineage(message.pid).belongsTo(launch, socket.mark())))
        return complain(u"pid %1 sent a message for %2 and belongs to no launch of it"_s.arg(
            QString::number(message.pid), process->name()));
    if (const auto said = parseNotifyMessage(message.bytes))
        pass(*said, *process);
    else
        complain(u"%1 sent a message that is none, or too long"_s.arg(process->name()));
}

SupervisedProcess *NotifySockets::processOf(NotifySocket &socket) const
{
    if (socket.process && socket.process->mark() == socket.mark())
        return socket.process;
    const QList<SupervisedProcess *> all = m_supervisor.all();
    const auto it = std::ranges::find_if(
        all, [&socket](const auto *process) { return process->mark() == socket.mark(); });
    socket.process = it == all.end() ? nullptr : *it;
    return socket.process;
}

void NotifySockets::pass(const NotifyMessage &message, SupervisedProcess &process)
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
void NotifySockets::checkMainPid(pid_t pid, const SupervisedProcess &process)
{
    if (Lineage(pid).belongsTo(pid_t(process.launchPid()), process.mark()))
        qCDebug(log, "%s: its main process is %d", qUtf8Printable(process.name()), pid);
    else
        complain(u"%1 named pid %2 as its main process, which is none of its own"_s.arg(
            process.name(), QString::number(pid)));
}

void NotifySockets::complain(const QString &text)
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
