// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/freezer.h"

#include <QDir>
#include <QFile>
#include <QString>

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Where a hierarchy is mounted, and which of its groups is seen there.
struct Mount
{
    QString folder;
    QString root;

    /// Where the group \a path is; nothing where it is not seen from here.
    [[nodiscard]] std::optional<QString> folderOf(const QString &path) const
    {
        if (path.startsWith(u"/.."_s))
            return std::nullopt;
        if (root == u"/")
            return QDir::cleanPath(folder + path);
        if (path == root || path.startsWith(root + u'/'))
            return QDir::cleanPath(folder + path.sliced(root.size()));
        return std::nullopt;
    }
};

struct Mounts
{
    std::optional<Mount> version1; ///< with the freezer
    std::optional<Mount> version2;
};

QByteArray procText(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? file.readAll() : QByteArray();
}

// Source: proc(5) on mountinfo.
Mounts readMounts()
{
    Mounts mounts;
    for (const QByteArray &line : procText(u"/proc/self/mountinfo"_s).split('\n')) {
        const qsizetype dash = line.indexOf(" - ");
        const QList<QByteArray> fields = line.split(' ');
        if (dash < 0 || fields.size() < 5)
            continue;
        const QList<QByteArray> system = line.sliced(dash + 3).split(' ');
        const Mount mount{QFile::decodeName(fields.at(4)), QFile::decodeName(fields.at(3))};
        if (system.first() == "cgroup2" && !mounts.version2)
            mounts.version2 = mount;
        else if (system.first() == "cgroup" && system.constLast().split(',').contains("freezer"))
            mounts.version1 = mount;
    }
    return mounts;
}

} // namespace

// Source: cgroups(7); the kernel's documentation of cgroup-v2 and of the freezer of version 1.
bool isInFrozenCgroup(pid_t pid)
{
    static const Mounts mounts = readMounts();
    for (const QByteArray &line : procText(u"/proc/%1/cgroup"_s.arg(pid)).split('\n')) {
        const QList<QByteArray> fields = line.split(':');
        if (fields.size() < 3)
            continue;
        const bool isVersion2 = fields.at(0) == "0";
        const auto &mount = isVersion2 ? mounts.version2 : mounts.version1;
        if (!mount || (!isVersion2 && !fields.at(1).split(',').contains("freezer")))
            continue;
        const QByteArray path = line.sliced(line.indexOf(':', line.indexOf(':') + 1) + 1);
        const auto folder = mount->folderOf(QFile::decodeName(path));
        if (!folder)
            continue;
        if (isVersion2 && procText(*folder + u"/cgroup.events"_s).contains("frozen 1"))
            return true;
        if (!isVersion2 && procText(*folder + u"/freezer.state"_s).startsWith("FR")) // or FREEZING
            return true;
    }
    return false;
}

} // namespace semper
