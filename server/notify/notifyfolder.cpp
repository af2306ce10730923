// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify/notifyfolder.h"

#include <QFile>

#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

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

} // namespace

QString notifyFolderBeside(const QString &hubSocket)
{
    constexpr QLatin1StringView ending{".sock"};
    const bool hasEnding = hubSocket.endsWith(ending);
    return hubSocket.chopped(hasEnding ? ending.size() : 0) + u".notify"_s;
}

QStringList sharedNotifyFolders(const QByteArray &run)
{
    const QString name = u"/semper-notify-"_s + QString::fromLatin1(run);
    return {u"/run"_s + name, u"/tmp"_s + name};
}

std::optional<QString> makeNotifyFolder(const QString &path, mode_t mode)
{
    const QByteArray name = QFile::encodeName(path);
    struct stat found = {};
    if (::lstat(name.constData(), &found) == 0 && S_ISSOCK(found.st_mode))
        ::unlink(name.constData()); // of a server that had one socket for all
    const bool made = ::mkdir(name.constData(), S_IRWXU) == 0 || errno == EEXIST;
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

void removeNotifySockets(const QString &path)
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

void removeNotifyFolder(const QString &path)
{
    removeNotifySockets(path);
    ::rmdir(QFile::encodeName(path).constData());
}

} // namespace semper
