// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/serverconfig.h"

#include "spec/namerule.h"

#include <QDir>
#include <QSysInfo>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

QMap<QString, ListenerSpec> ServiceSpec::allListeners() const
{
    QMap<QString, ListenerSpec> all = listeners;
    all.insert(QString(), main);
    return all;
}

QString defaultNode()
{
    const QString node = fitName(QSysInfo::machineHostName());
    return node.isEmpty() ? u"semper"_s : node;
}

QString defaultStateDirectory(const QString &node)
{
    if (::geteuid() == 0)
        return u"/var/lib/semper/"_s + node;
    const QString state = qEnvironmentVariable("XDG_STATE_HOME");
    // The XDG rules: a relative path is to be ignored.
    const QString home
        = QDir::isAbsolutePath(state) ? state : QDir::homePath() + u"/.local/state"_s;
    return home + u"/semper/"_s + node;
}

} // namespace semper
