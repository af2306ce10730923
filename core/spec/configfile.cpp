// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/configfile.h"

#include "files/trustedpath.h"
#include "spec/configreader.h"
#include "spec/jsonpath.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

std::variant<QByteArray, ConfigError> readConfigFile(const QString &path)
{
    const auto refuse = [](const QString &message) {
        return ConfigError{JsonPath().toString(), message};
    };
    if (::geteuid() == 0)
        if (const auto distrust = distrustOfPath(path))
            return refuse(*distrust + remedyForDistrust());
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
    // One byte more than is allowed is enough to be refused for its size.
    const QByteArray bytes = file.read(maximumConfigBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return refuse(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    return bytes;
}

} // namespace semper
