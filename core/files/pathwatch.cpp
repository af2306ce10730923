// SPDX-License-Identifier: LGPL-3.0-or-later
#include "files/pathwatch.h"

#include <QFile>
#include <QFileInfo>

#include <array>
#include <chrono>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto timeToTell = 20ms;
constexpr auto pollInterval = 5s;
constexpr int mostLinksInARow = 40; ///< more the kernel does not follow
// A file whose name is removed while it is open, as a socket's is, only loses a link: IN_ATTRIB.
constexpr quint32 ofItself = IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW;
constexpr quint32 ofFolders = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr quint32 ofContent = ofFolders | IN_DELETE | IN_MOVED_FROM;

} // namespace

FileIdentity fileIdentity(const QString &path)
{
    struct stat found = {};
    if (::lstat(QFile::encodeName(path).constData(), &found) != 0)
        return std::nullopt;
    return std::pair(found.st_dev, found.st_ino);
}

PathWatch::PathWatch(QObject *parent)
    : QObject(parent)
{
    m_tell.setSingleShot(true);
    m_tell.setInterval(timeToTell);
    connect(&m_tell, &QTimer::timeout, this, [this] {
        begin(); // a path may lead elsewhere now
        Q_EMIT touched();
    });
    m_poll.setInterval(pollInterval);
    connect(&m_poll, &QTimer::timeout, this, &PathWatch::touched);
}

PathWatch::~PathWatch()
{
    stop();
}

void PathWatch::stop()
{
    m_tell.stop();
    end();
}

void PathWatch::end()
{
    m_poll.stop();
    m_notifier.reset();
    if (m_inotify >= 0)
        ::close(std::exchange(m_inotify, -1));
}

void PathWatch::watch(const QStringList &paths, const QStringList &folders)
{
    m_paths = paths;
    m_folders = folders;
    begin();
    m_tell.start();
}

void PathWatch::begin()
{
    end();
    m_inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (m_inotify >= 0) {
        m_notifier = std::make_unique<QSocketNotifier>(m_inotify, QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &PathWatch::read);
    } else {
        m_poll.start();
    }
    for (const QString &path : std::as_const(m_paths)) {
        add(path, ofItself);
        addAbove(path);
    }
    for (const QString &folder : std::as_const(m_folders)) {
        add(folder, ofContent);
        addAbove(folder);
    }
}

void PathWatch::add(const QString &path, quint32 events)
{
    if (m_inotify >= 0
        && ::inotify_add_watch(m_inotify, QFile::encodeName(path).constData(), events | IN_MASK_ADD)
            < 0
        && fileIdentity(path))
        m_poll.start(); // it is there, and cannot be watched: there are too many
}

void PathWatch::addAbove(const QString &path)
{
    const QString named = QFileInfo(path).absolutePath();
    // By way of links it may lie elsewhere.
    for (QString folder : {named, QFileInfo(named).canonicalFilePath()})
        for (; folder.size() > 1; folder = QFileInfo(folder).path()) {
            add(folder, ofFolders);
            addLink(folder);
        }
}

/// A watch of the folder that it leads to sees nothing of the link itself.
void PathWatch::addLink(QString link)
{
    for (int i = 0; i < mostLinksInARow && QFileInfo(link).isSymbolicLink(); ++i) {
        add(link, ofItself);
        link = QFileInfo(link).symLinkTarget();
    }
}

void PathWatch::read()
{
    alignas(inotify_event) std::array<char, 4096> bytes;
    for (;;) {
        const ssize_t size = ::read(m_inotify, bytes.data(), bytes.size());
        if (size <= 0)
            return;
        for (const char *at = bytes.data(); at < bytes.data() + size;) {
            const auto *event = reinterpret_cast<const inotify_event *>(at);
            at += sizeof *event + event->len;
            if (event->len > 0)
                Q_EMIT removed(QFile::decodeName(event->name));
            else if (!m_tell.isActive())
                m_tell.start();
            if (m_inotify < 0) // who was told has stopped this
                return;
        }
    }
}

} // namespace semper
