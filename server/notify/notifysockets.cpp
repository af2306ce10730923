// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify/notifysockets.h"

#include "files/trustedpath.h"
#include "journal/journal.h"
#include "notify/notifyfolder.h"
#include "notify/notifymessage.h"
#include "os/lineage.h"
#include "protocol/keys.h"
#include "protocol/socketpath.h"
#include "supervisor/supervisor.h"

#include <QFile>
#include <QLoggingCategory>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logNotifySockets, "semper.server.notify", QtInfoMsg)

constexpr int socketsPerTurn = 8;
constexpr int messagesPerTurn = 4; ///< of one socket
constexpr int messagesPerPace = 16;
constexpr auto pace = 100ms;
constexpr int lastMessages = 64; ///< of a launch that has ended, in one go
constexpr qsizetype maximumStatusLength = 1024; // as over the hub
constexpr auto quietAfterAComplaint = 60s;
constexpr auto pauseBeforeComplaint = 500ms;
constexpr qsizetype nameLength = 12;
constexpr mode_t ownMode = S_IRWXU;
constexpr mode_t sharedMode = S_IRWXU | S_IXGRP | S_IXOTH; ///< to pass, not to list

bool hear(const EpollSet &set, const NotifySocket &socket)
{
    return set.add(socket.descriptor(), quint64(socket.descriptor()));
}

/// The file's, from a launch's mark: no secret, and no other launch's.
QString nameOf(const QByteArray &mark)
{
    return QString::fromLatin1(mark.sliced(mark.lastIndexOf('.') + 1).left(nameLength));
}

} // namespace

NotifySockets::NotifySockets(Supervisor &supervisor, Journal &journal, const QString &hubSocket,
    QByteArray run, QObject *parent)
    : QObject(parent)
    , m_supervisor(supervisor)
    , m_journal(journal)
    , m_ownFolder(notifyFolderBeside(hubSocket))
    , m_run(std::move(run))
    , m_ready(m_set.descriptor(), QSocketNotifier::Read)
{
    connect(&m_ready, &QSocketNotifier::activated, this, &NotifySockets::read);
    m_pace.setSingleShot(true);
    m_pace.setInterval(pace);
    connect(&m_pace, &QTimer::timeout, this, [this] {
        for (NotifySocket *socket : std::as_const(m_sockets))
            if (std::exchange(socket->taken, 0) >= messagesPerPace)
                setHeard(*socket, true);
    });
    connect(&m_watch, &PathWatch::touched, this, &NotifySockets::restore);
    connect(&m_watch, &PathWatch::removed, this, &NotifySockets::restoreNamed);
    m_restore.setSingleShot(true);
    connect(&m_restore, &QTimer::timeout, this, &NotifySockets::restore);
    // What it said last, the reason of its end perhaps, is taken while it is still known.
    connect(&supervisor, &Supervisor::launchEnding, this, [this](const SupervisedProcess *process) {
        if (NotifySocket *socket = m_byName.value(nameOf(process->mark())))
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
    if (m_hasOwnFolder)
        removeNotifyFolder(m_ownFolder);
    if (!m_sharedFolder.isEmpty())
        removeNotifyFolder(m_sharedFolder);
}

std::optional<QString> NotifySockets::prepare(Folder folder)
{
    const bool isShort
        = QFile::encodeName(m_ownFolder).size() + 1 + nameLength <= maximumSocketPathBytes;
    if (folder == Folder::Own && isShort) {
        if (m_hasOwnFolder)
            return std::nullopt;
        if (auto error = makeNotifyFolder(m_ownFolder, ownMode))
            return error;
        m_hasOwnFolder = true;
        removeNotifySockets(m_ownFolder);
        watchFolders();
        return std::nullopt;
    }
    if (!m_sharedFolder.isEmpty())
        return std::nullopt;
    std::optional<QString> error;
    for (const QString &path : sharedNotifyFolders(m_run)) {
        error = distrustOfPath(path);
        if (!error)
            error = makeNotifyFolder(path, sharedMode);
        if (error)
            continue;
        m_sharedFolder = path;
        watchFolders();
        return std::nullopt;
    }
    return error;
}

void NotifySockets::removeShared(const QByteArray &run)
{
    for (const QString &path : sharedNotifyFolders(run))
        removeNotifyFolder(path);
}

std::optional<QString> NotifySockets::open(
    LaunchRequest &request, const LaunchIdentity &identity, QObject *launch)
{
    const bool isOwn = !isForeign(request);
    if (auto error = prepare(isOwn ? Folder::Own : Folder::Shared))
        return error;
    const QString folder = isOwn && m_hasOwnFolder ? m_ownFolder : m_sharedFolder;
    const uid_t user = isOwn ? ::geteuid() : *request.settings.runAs->user;
    auto socket = std::make_unique<NotifySocket>(
        *this, identity, user, folder + u'/' + nameOf(identity.mark()), nullptr);
    if (auto error = socket->listen())
        return error;
    if (!hear(m_set, *socket))
        return u"cannot listen on %1: %2"_s.arg(socket->path(), qt_error_string(errno));
    request.environment.insert(u"NOTIFY_SOCKET"_s, socket->path());
    m_byName.insert(nameOf(socket->mark()), socket.get());
    m_sockets.insert(socket->descriptor(), socket.get());
    socket.release()->setParent(launch);
    return std::nullopt;
}

void NotifySockets::watchFolders()
{
    QStringList folders;
    if (m_hasOwnFolder)
        folders.append(m_ownFolder);
    if (!m_sharedFolder.isEmpty())
        folders.append(m_sharedFolder);
    m_watch.watch({}, folders);
}

void NotifySockets::restore()
{
    std::optional<QString> error;
    bool isNew = false;
    const auto remake = [&](const QString &folder, mode_t mode) {
        if (fileIdentity(folder))
            return;
        auto fault = distrustOfPath(folder);
        if (!fault)
            fault = makeNotifyFolder(folder, mode);
        isNew = isNew || !fault;
        if (fault)
            error = fault;
        else
            tell(folder);
    };
    if (m_hasOwnFolder)
        remake(m_ownFolder, ownMode);
    if (!m_sharedFolder.isEmpty())
        remake(m_sharedFolder, sharedMode);
    const QList<NotifySocket *> sockets = m_sockets.values();
    for (NotifySocket *socket : sockets)
        if (auto fault = listenAnew(*socket); fault && !error)
            error = fault;
    if (isNew)
        watchFolders();
    if (!error)
        return m_pause.reset();
    // The folder that it is in may be somebody else's to make, and that may take a moment.
    const auto pause = m_pause.next();
    if (pause > pauseBeforeComplaint)
        complain(*error);
    m_restore.start(pause);
}

void NotifySockets::restoreNamed(const QString &name)
{
    NotifySocket *socket = m_byName.value(name);
    if (!socket || socket->isThere()) // nearly always: its launch has ended
        return;
    if (listenAnew(*socket))
        m_restore.start(m_pause.next());
    else
        tell(socket->path());
}

std::optional<QString> NotifySockets::listenAnew(NotifySocket &socket)
{
    if (socket.isThere())
        return std::nullopt;
    readFrom(socket, lastMessages);
    forget(socket);
    auto error = socket.listen();
    if (!hear(m_set, socket) && !error)
        error = u"cannot listen on %1: %2"_s.arg(socket.path(), qt_error_string(errno));
    m_sockets.insert(socket.descriptor(), &socket);
    m_byName.insert(nameOf(socket.mark()), &socket);
    return error;
}

void NotifySockets::tell(const QString &path)
{
    const QString reason = u"somebody removed it"_s;
    m_journal.record(
        QLatin1StringView("socket_restored"), {{keys::path, path}, {keys::reason, reason}});
    qCWarning(
        logNotifySockets, "%ls was made anew: %ls", qUtf16Printable(path), qUtf16Printable(reason));
}

void NotifySockets::forget(const NotifySocket &socket)
{
    m_set.remove(socket.descriptor());
    m_sockets.remove(socket.descriptor());
    m_byName.remove(nameOf(socket.mark()));
}

void NotifySockets::setHeard(const NotifySocket &socket, bool isHeard)
{
    m_set.change(
        socket.descriptor(), quint64(socket.descriptor()), isHeard ? quint32(EPOLLIN) : 0U);
}

void NotifySockets::read()
{
    std::array<epoll_event, socketsPerTurn> room;
    for (const epoll_event &event : m_set.wait(room, 0)) {
        NotifySocket *socket = m_sockets.value(int(event.data.u64));
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
    if (message.extension)
        process.extendTimeout(*message.extension);
    if (message.status)
        process.setStatusText(message.status->left(maximumStatusLength));
    if (message.error)
        process.handle(happening::FaultReported{cause::Fault{
            .what = u"it told of an error: %1"_s.arg(qt_error_string(*message.error))}});
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
        qCDebug(
            logNotifySockets, "%s: its main process is %d", qUtf8Printable(process.name()), pid);
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
    qCWarning(logNotifySockets, "%ls%ls", qUtf16Printable(text), qUtf16Printable(more));
    m_unsaid = 0;
    m_quiet.setRemainingTime(quietAfterAComplaint);
}

} // namespace semper
