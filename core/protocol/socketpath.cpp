// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/socketpath.h"

#include "files/trustedpath.h"

#include <QDir>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

QString socketDirectory()
{
    const bool isRoot = ::geteuid() == 0;
    // sudo may have kept that of somebody else, who could then put another socket in its place.
    if (const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
        !runtime.isEmpty() && !(isRoot && distrustOfPath(runtime)))
        return runtime + u"/semper"_s;
    if (isRoot)
        return u"/run/semper"_s;
    return QDir::tempPath() + u"/semper-%1"_s.arg(::geteuid());
}

QString defaultSocketPath(const QString &node)
{
    return socketDirectory() + u'/' + node + u".sock"_s;
}

} // namespace semper
