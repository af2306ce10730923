// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/configfile.h"

#include "spec/configreader.h"
#include "spec/jsonpath.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Why root must not obey the open file, or the folders that lead to it by name and in truth.
std::optional<QString> distrust(const QString &path, const struct stat &file)
{
    if (const auto reason = distrustOfFile(file))
        return u"%1 %2"_s.arg(path, *reason);
    const QFileInfo info(path);
    for (const QString &folder :
        {info.absolutePath(), QFileInfo(info.canonicalFilePath()).absolutePath()}) {
        struct stat status = {};
        if (::stat(QFile::encodeName(folder).constData(), &status) != 0)
            return u"%1: %2"_s.arg(folder, qt_error_string(errno));
        if (const auto reason = distrustOfFolder(status))
            return u"the folder %1 %2"_s.arg(folder, *reason);
    }
    return std::nullopt;
}

} // namespace

std::optional<QString> distrustOfFile(const struct stat &file)
{
    if (file.st_uid != 0)
        return u"belongs to uid %1, not to root, who is to obey it (chown root)"_s.arg(file.st_uid);
    if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return u"may be written by others than root, who is to obey it (chmod go-w)"_s;
    return std::nullopt;
}

std::optional<QString> distrustOfFolder(const struct stat &folder)
{
    if ((folder.st_mode & S_IWOTH) != 0 && (folder.st_mode & S_ISVTX) == 0)
        return u"may be written by anybody, so root does not obey what is in it"_s;
    return std::nullopt;
}

std::variant<QByteArray, ConfigError> readConfigFile(const QString &path)
{
    const auto refuse = [](const QString &message) {
        return ConfigError{JsonPath().toString(), message};
    };
    const int descriptor
        = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return refuse(u"cannot read %1: %2"_s.arg(path, qt_error_string(errno)));
    QFile file;
    struct stat status = {};
    if (!file.open(descriptor, QIODevice::ReadOnly, QFile::AutoCloseHandle)
        || ::fstat(descriptor, &status) != 0)
        return refuse(u"cannot read %1: %2"_s.arg(path, qt_error_string(errno)));
    if (!S_ISREG(status.st_mode))
        return refuse(u"%1 is no regular file"_s.arg(path));
    if (::geteuid() == 0)
        if (const auto reason = distrust(path, status))
            return refuse(*reason);
    // One byte more than is allowed is enough to be refused for its size.
    const QByteArray bytes = file.read(maximumConfigBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return refuse(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    return bytes;
}

} // namespace semper
