// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup/cgroupplace.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <array>
#include <optional>

#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// Of the namespace that the kernel starts with: PROC_CGROUP_INIT_INO.
constexpr char initialNamespace[] = "cgroup:[4026531835]";

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The path below the mount, as version 2 has it: the line that starts with "0::".
QString ownPath()
{
    for (const QByteArray &line : content(u"/proc/self/cgroup"_s).split('\n'))
        if (line.startsWith("0::"))
            return QFile::decodeName(line.sliced(3));
    return {};
}

/// The folder of the group that this process is in. Source: cgroups(7), proc(5) on mountinfo.
std::optional<Cgroup> ownCgroup()
{
    const QString own = ownPath();
    if (own.isEmpty() || own.startsWith(u"/.."_s)) // outside of what this namespace sees
        return std::nullopt;
    for (const QByteArray &line : content(u"/proc/self/mountinfo"_s).split('\n')) {
        const qsizetype dash = line.indexOf(" - ");
        const QList<QByteArray> fields = line.split(' ');
        if (dash < 0 || !line.sliced(dash + 3).startsWith("cgroup2 ") || fields.size() < 5)
            continue;
        const QString root = QFile::decodeName(fields.at(3));
        const QString mount = QFile::decodeName(fields.at(4));
        if (root == u"/")
            return Cgroup(QDir::cleanPath(mount + own));
        if (own == root || own.startsWith(root + u'/'))
            return Cgroup(QDir::cleanPath(mount + own.sliced(root.size())));
    }
    return std::nullopt;
}

bool isMarkedDelegated(const QString &path)
{
    for (const char *name : {"user.delegate", "trusted.delegate"}) {
        std::array<char, 8> value{};
        if (::getxattr(QFile::encodeName(path).constData(), name, value.data(), value.size()) == 1
            && value.front() == '1')
            return true;
    }
    return false;
}

bool isOwnContainer()
{
    std::array<char, 64> name{};
    const ssize_t size = ::readlink("/proc/self/ns/cgroup", name.data(), name.size());
    return size > 0 && QByteArray(name.data(), size) != initialNamespace
        && !QFile::exists(u"/run/systemd/system"_s);
}

bool isGivenAway(const QString &path)
{
    if (isMarkedDelegated(path))
        return true;
    return ::geteuid() == 0 ? isOwnContainer() : QFileInfo(path).ownerId() == ::geteuid();
}

} // namespace

bool isCgroup(const QString &path)
{
    struct statfs system = {};
    return ::statfs(QFile::encodeName(path).constData(), &system) == 0
        && system.f_type == CGROUP2_SUPER_MAGIC;
}

std::variant<Cgroup, QString> cgroupPlace()
{
    if (const QString named = qEnvironmentVariable("SEMPER_CGROUP"); !named.isEmpty()) {
        if (named == u"off")
            return u"SEMPER_CGROUP says off"_s;
        if (!QDir::isAbsolutePath(named) || !isCgroup(named))
            return u"SEMPER_CGROUP, %1, is no folder of cgroups version 2"_s.arg(named);
        return Cgroup(QDir::cleanPath(named));
    }
    const auto own = ownCgroup();
    if (!own || !isCgroup(own->path()))
        return u"cgroups version 2 cannot be seen from here"_s;
    if (!isGivenAway(own->path()))
        return u"%1 was not given to this server"_s.arg(own->path());
    return *own;
}

} // namespace semper
