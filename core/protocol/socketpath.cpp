// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/socketpath.h"

#include <QDir>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

QString socketDirectory()
{
    if (const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR"); !runtime.isEmpty())
        return runtime + u"/semper"_s;
    if (::geteuid() == 0)
        return u"/run/semper"_s;
    return QDir::tempPath() + u"/semper-%1"_s.arg(::geteuid());
}

QString defaultSocketPath(const QString &node)
{
    return socketDirectory() + u'/' + node + u".sock"_s;
}

QStringList localSockets()
{
    const QDir directory(socketDirectory());
    QStringList paths;
    for (const QString &name :
        directory.entryList({u"*.sock"_s}, QDir::System | QDir::Files, QDir::Name))
        paths.append(directory.absoluteFilePath(name));
    return paths;
}

} // namespace semper
