// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/secretfile.h"

#include "files/trustedpath.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>

#include <array>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr size_t largestSecret = 4096;

QString octal(mode_t mode)
{
    return u"0%1"_s.arg(mode & 07777, 3, 8, QChar(u'0'));
}

/// Nothing when the folder is there and nobody else can put a file into it.
std::optional<QString> prepareDirectory(const QString &directory)
{
    const QByteArray path = QFile::encodeName(directory);
    if (!QDir().mkpath(QFileInfo(directory).absolutePath()))
        return u"cannot make the folder of %1"_s.arg(directory);
    if (::mkdir(path.constData(), S_IRWXU) != 0 && errno != EEXIST)
        return u"cannot make the folder %1: %2"_s.arg(directory, qt_error_string(errno));
    struct stat info
    { };
    if (::stat(path.constData(), &info) != 0)
        return u"cannot read the folder %1: %2"_s.arg(directory, qt_error_string(errno));
    if (!S_ISDIR(info.st_mode))
        return u"%1 is no folder"_s.arg(directory);
    if (const auto distrust = distrustOfFolder(directory))
        return *distrust + remedyForDistrust();
    return {};
}

std::optional<QString> checkSecret(const QString &path, const struct stat &info)
{
    if (!S_ISREG(info.st_mode))
        return u"%1 is no plain file"_s.arg(path);
    if (info.st_uid != ::geteuid())
        return u"%1 belongs to user %2, not to user %3 who runs this"_s.arg(path)
            .arg(info.st_uid)
            .arg(::geteuid());
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return u"others may use %1 (mode %2); chmod it to 0600"_s.arg(path, octal(info.st_mode));
    return {};
}

std::variant<QByteArray, QString> readSecret(const QString &path)
{
    const int descriptor = ::open(
        QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return u"cannot read %1: %2"_s.arg(path, qt_error_string(errno));
    const auto close = qScopeGuard([descriptor] { ::close(descriptor); });
    struct stat info
    { };
    if (::fstat(descriptor, &info) != 0)
        return u"cannot read %1: %2"_s.arg(path, qt_error_string(errno));
    if (auto problem = checkSecret(path, info))
        return std::move(*problem);
    std::array<char, largestSecret> content;
    const ssize_t size = ::read(descriptor, content.data(), content.size());
    if (size < 0)
        return u"cannot read %1: %2"_s.arg(path, qt_error_string(errno));
    return QByteArray(content.data(), size);
}

/// Writes \a content to a file of its own and gives that its name only when it is whole.
std::optional<QString> createSecret(const QString &path, const QByteArray &content)
{
    const QByteArray target = QFile::encodeName(path);
    const QByteArray draft = target + '.' + QByteArray::number(::getpid());
    ::unlink(draft.constData()); // What an earlier process of this number left half done.
    const int descriptor = ::open(
        draft.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return u"cannot write %1: %2"_s.arg(path, qt_error_string(errno));
    const auto remove = qScopeGuard([draft] { ::unlink(draft.constData()); });
    const bool written
        = ::write(descriptor, content.constData(), static_cast<size_t>(content.size()))
            == content.size()
        && ::fsync(descriptor) == 0;
    const QString reason = written ? QString() : qt_error_string(errno);
    ::close(descriptor);
    if (!written)
        return u"cannot write %1: %2"_s.arg(path, reason);
    if (::link(draft.constData(), target.constData()) != 0 && errno != EEXIST)
        return u"cannot write %1: %2"_s.arg(path, qt_error_string(errno));
    return {};
}

} // namespace

std::variant<QByteArray, QString> readOrCreateSecret(
    const QString &directory, const QString &name, const QByteArray &content)
{
    if (auto problem = prepareDirectory(directory))
        return std::move(*problem);
    const QString path = directory + u'/' + name;
    struct stat info
    { };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0 && errno == ENOENT) {
        if (auto problem = createSecret(path, content))
            return std::move(*problem);
    }
    return readSecret(path);
}

} // namespace semper
