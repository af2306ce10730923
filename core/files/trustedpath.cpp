// SPDX-License-Identifier: LGPL-3.0-or-later
#include "files/trustedpath.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>
#include <climits>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int mostLinks = 40; // as the kernel has it: path_resolution(7)

enum class Sticky { WillDo, WillNotDo };

QByteArray kernelFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// In a user namespace without a root of its own, all that is not its users' looks as if it
/// belonged to one uid, the root's outside among it. Source: user_namespaces(7).
bool isForRoot(uid_t user)
{
    bool isNumber = false;
    if (kernelFile(u"/proc/sys/kernel/overflowuid"_s).trimmed().toUInt(&isNumber) != user
        || !isNumber || !QFile::exists(u"/proc/self/uid_map"_s))
        return false;
    const QByteArrayList ranges = kernelFile(u"/proc/self/uid_map"_s).split('\n');
    return std::ranges::none_of(ranges, [](const QByteArray &range) {
        const QByteArrayList fields = range.simplified().split(' ');
        return fields.first() == "0" && fields.size() == 3; // 0 is where its range begins
    });
}

/// Walks a path as the kernel would.
class Walk
{
public:
    Walk(const QString &path, std::optional<uid_t> owner, Sticky lastFolder)
        : m_left(path.split(u'/'))
        , m_owner(owner)
        , m_lastFolder(lastFolder)
    { }

    std::optional<QString> fault()
    {
        auto found = look(u"/"_s);
        while (!found && !m_left.isEmpty() && !m_isOver)
            found = step(m_left.takeFirst());
        return found;
    }

private:
    std::optional<QString> step(const QString &name)
    {
        if (name.isEmpty() || name == u".")
            return std::nullopt;
        if (name == u"..") {
            m_place = QFileInfo(m_place).path(); // was looked at on the way here
            return std::nullopt;
        }
        return look((m_place == u"/" ? QString() : m_place) + u'/' + name);
    }

    std::optional<QString> look(const QString &path)
    {
        const QByteArray name = QFile::encodeName(path);
        struct stat found = {};
        if (::lstat(name.constData(), &found) != 0) {
            m_isOver = true; // who then uses it fails at the same place
            return std::nullopt;
        }
        if (auto fault = faultOf(path, found))
            return fault;
        if (!S_ISLNK(found.st_mode)) {
            m_place = path;
            m_isShared = S_ISDIR(found.st_mode) && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
            return std::nullopt;
        }
        return follow(path);
    }

    std::optional<QString> follow(const QString &link)
    {
        QByteArray target(PATH_MAX, Qt::Uninitialized);
        const ssize_t size = ::readlink(
            QFile::encodeName(link).constData(), target.data(), std::size_t(target.size()));
        if (size <= 0 || ++m_links > mostLinks)
            return u"%1 is a link that leads nowhere"_s.arg(link);
        const QString way = QFile::decodeName(target.first(size));
        m_left = way.split(u'/') + m_left;
        if (way.startsWith(u'/')) {
            m_place = u"/"_s;
            m_isShared = false;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<QString> faultOf(
        const QString &path, const struct stat &found) const
    {
        const bool isOwned = found.st_uid == 0 || found.st_uid == ::geteuid();
        const bool isNamed = !m_isShared && found.st_uid == m_owner;
        const bool isRoots = !isOwned && !isNamed && !m_isShared && isForRoot(found.st_uid);
        if (!isOwned && !isNamed && !isRoots)
            return u"%1 belongs to uid %2"_s.arg(path).arg(found.st_uid);
        const bool isFolder = S_ISDIR(found.st_mode);
        // The mode of a link says nothing, that of a socket who may connect to it.
        if (S_ISLNK(found.st_mode) || S_ISSOCK(found.st_mode))
            return std::nullopt;
        const bool isSticky = isFolder && (found.st_mode & S_ISVTX) != 0;
        if (isSticky && (m_lastFolder == Sticky::WillDo || !isLast()))
            return std::nullopt;
        if ((found.st_mode & S_IWOTH) != 0)
            return u"%1 may be written by anybody"_s.arg(path);
        if ((found.st_mode & S_IWGRP) != 0 && (isRoots || !isOwnGroup(found.st_gid)))
            return u"%1 may be written by its group, gid %2"_s.arg(path).arg(found.st_gid);
        return std::nullopt;
    }

    /// Whom root's group consists of is another matter.
    static bool isOwnGroup(gid_t group)
    {
        return ::geteuid() != 0 && (group == ::getegid() || ::group_member(group) != 0);
    }

    [[nodiscard]] bool isLast() const
    {
        for (const QString &name : m_left)
            if (!name.isEmpty() && name != u".")
                return false;
        return true;
    }

    QStringList m_left;
    std::optional<uid_t> m_owner;
    Sticky m_lastFolder;
    QString m_place = u"/"_s;
    bool m_isShared = false; ///< others may make things there, too
    bool m_isOver = false; ///< the rest is not there
    int m_links = 0;
};

QString absolute(const QString &path)
{
    // Not cleaned: what is before a ".." may be a link.
    return QDir::isAbsolutePath(path) ? path : QDir::currentPath() + u'/' + path;
}

} // namespace

std::optional<QString> distrustOfPath(const QString &path, std::optional<uid_t> owner)
{
    return Walk(absolute(path), owner, Sticky::WillDo).fault();
}

std::optional<QString> distrustOfFolder(const QString &folder)
{
    return Walk(absolute(folder), std::nullopt, Sticky::WillNotDo).fault();
}

QString remedyForDistrust()
{
    return ::geteuid() == 0
        ? u"; root obeys only what nobody else can change: give it to root (chown root, chmod "
          u"go-w), "
          "or run this as its owner"_s
        : u"; give it to this user and let nobody else write to it (chown, chmod go-w)"_s;
}

} // namespace semper
