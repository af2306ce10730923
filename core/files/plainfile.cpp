// SPDX-License-Identifier: LGPL-3.0-or-later
#include "files/plainfile.h"

#include <QFile>

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

std::variant<int, QString> openPlainFile(const QString &path, int flags)
{
    const int file = ::open(QFile::encodeName(path).constData(),
        flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, S_IRUSR | S_IWUSR);
    struct stat info = {};
    if (file >= 0 && ::fstat(file, &info) == 0 && S_ISREG(info.st_mode))
        return file;
    const QString reason = file >= 0 ? u"it is no plain file"_s : qt_error_string(errno);
    if (file >= 0)
        ::close(file);
    return u"cannot open %1: %2"_s.arg(path, reason);
}

std::variant<QByteArray, QString> readPlainFile(const QString &path, qint64 most)
{
    if (::access(QFile::encodeName(path).constData(), F_OK) != 0 && errno == ENOENT)
        return QByteArray();
    auto opened = openPlainFile(path, O_RDONLY);
    if (auto *error = std::get_if<QString>(&opened))
        return std::move(*error);
    QFile file;
    if (!file.open(std::get<int>(opened), QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(std::get<int>(opened));
        return u"cannot read %1: %2"_s.arg(path, file.errorString());
    }
    return file.read(most);
}

} // namespace semper
