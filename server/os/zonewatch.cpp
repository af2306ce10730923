// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/zonewatch.h"

#include <QFile>
#include <QFileInfo>

#include <utility>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto settleTime = 200ms;

} // namespace

ZoneWatch::ZoneWatch(const QString &path, QObject *parent)
    : QObject(parent)
    , m_path(path)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleTime);
    connect(&m_settle, &QTimer::timeout, this, &ZoneWatch::look);
    const auto start = [this] { m_settle.start(); };
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, start);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, start);
    m_watcher.addPath(QFileInfo(path).absolutePath());
    m_stamp = stamp();
    look();
}

QString ZoneWatch::stamp() const
{
    struct stat about = {};
    if (::stat(QFile::encodeName(m_path).constData(), &about) != 0)
        return {};
    QString text = QFileInfo(m_path).symLinkTarget();
    for (const auto number : {qint64(about.st_dev), qint64(about.st_ino), qint64(about.st_size),
             qint64(about.st_mtim.tv_sec), qint64(about.st_mtim.tv_nsec)})
        text += u' ' + QString::number(number);
    return text;
}

// A file that was exchanged is no longer watched.
void ZoneWatch::look()
{
    if (m_watcher.files().isEmpty() && QFileInfo::exists(m_path))
        m_watcher.addPath(m_path);
    const QString now = stamp();
    if (std::exchange(m_stamp, now) == now)
        return;
    m_watcher.removePath(m_path); // else of a link that leads elsewhere now the old end is watched
    m_watcher.addPath(m_path);
    Q_EMIT changed();
}

} // namespace semper
