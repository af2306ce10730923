// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/socketclaim.h"

#include "files/pathwatch.h"
#include "files/trustedpath.h"
#include "protocol/socketpath.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr mode_t othersMayAct = S_IRWXG | S_IRWXO;

QString systemError()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

/// Makes \a folder where it is not there. One that the operator named may be wider than the default
/// one, which belongs to this user alone: the socket itself is 0600 in any case.
std::optional<QString> prepareFolder(const QString &folder, bool isDefault)
{
    const QByteArray path = QFile::encodeName(folder);
    QDir().mkpath(QFileInfo(folder).absolutePath());
    if (::mkdir(path.constData(), S_IRWXU) != 0 && errno != EEXIST)
        return u"cannot make the folder %1: %2"_s.arg(folder, systemError());
    const int opened = ::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0)
        return u"cannot use the folder %1: %2"_s.arg(folder, systemError());
    const auto close = qScopeGuard([opened] { ::close(opened); });
    struct stat status = {};
    if (!isDefault || (::fstat(opened, &status) == 0 && (status.st_mode & othersMayAct) == 0))
        return std::nullopt;
    if (status.st_uid != ::geteuid())
        return u"%1 is not a folder of this user: refused"_s.arg(folder);
    if (::fchmod(opened, S_IRWXU) != 0)
        return u"cannot set the mode of %1: %2"_s.arg(folder, systemError());
    return std::nullopt;
}

/// Whether somebody else could put another socket in place of this server's.
std::optional<QString> distrustOf(const QString &path)
{
    auto distrust = distrustOfPath(path);
    if (!distrust)
        distrust = distrustOfPath(SocketClaim::lockPath(path));
    if (distrust)
        distrust->append(u", who could put another socket in place of this one: refused"_s
            + remedyForDistrust());
    return distrust;
}

} // namespace

SocketClaim::~SocketClaim()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

std::optional<QString> SocketClaim::take(const QString &path)
{
    if (QFile::encodeName(path).size() > maximumSocketPathBytes)
        return u"the socket's path has more than %1 bytes: %2"_s.arg(maximumSocketPathBytes)
            .arg(path);
    const QString folder = QFileInfo(path).absolutePath();
    if (auto error = distrustOf(path))
        return error;
    if (auto error = prepareFolder(folder, folder == QDir::cleanPath(socketDirectory())))
        return error;

    if (auto error = distrustOf(path)) // as it is now
        return error;

    if (isInForce())
        return std::nullopt;
    m_path = lockPath(path);
    const int lock = ::open(QFile::encodeName(m_path).constData(),
        O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (lock < 0)
        return u"cannot open %1: %2"_s.arg(m_path, systemError());
    if (m_lock >= 0)
        ::close(m_lock);
    m_lock = lock;
    if (::flock(m_lock, LOCK_EX | LOCK_NB) != 0) {
        QByteArray holder(32, 0);
        holder.truncate(std::max<ssize_t>(0, ::pread(m_lock, holder.data(), 31, 0)));
        ::close(std::exchange(m_lock, -1));
        return u"another server is running as pid %1 (socket %2)"_s.arg(
            QString::fromLatin1(holder.trimmed()), path);
    }
    const QByteArray own = QByteArray::number(::getpid()) + '\n';
    if (::ftruncate(m_lock, 0) != 0 || ::pwrite(m_lock, own.constData(), own.size(), 0) < 0)
        return u"cannot write %1: %2"_s.arg(m_path, systemError());
    return std::nullopt;
}

QString SocketClaim::lockPath(const QString &path)
{
    return path + u".lock"_s;
}

bool SocketClaim::isInForce() const
{
    struct stat held = {};
    return m_lock >= 0 && ::fstat(m_lock, &held) == 0
        && fileIdentity(m_path) == std::pair(held.st_dev, held.st_ino);
}

} // namespace semper
