// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/freezer.h"

#include "spec/controlgroups.h"

#include <QFile>
#include <QString>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QByteArray groupFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? file.readAll() : QByteArray();
}

// Source: the kernel's documentation of cgroup-v2 and of the freezer of version 1.
bool isFrozen(const ControlGroup &group)
{
    if (!group.isInSight)
        return false;
    if (group.version == ControlGroup::Version::Two)
        return groupFile(group.folder + u"/cgroup.events"_s).contains("frozen 1");
    return groupFile(group.folder + u"/freezer.state"_s).startsWith("FR"); // or FREEZING
}

} // namespace

bool isInFrozenCgroup(pid_t pid)
{
    static const ControlGroups groups("freezer");
    return std::ranges::any_of(groups.of(QString::number(pid)), isFrozen);
}

} // namespace semper
