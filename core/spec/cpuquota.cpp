// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/cpuquota.h"

#include <QDir>
#include <QFile>
#include <QMap>
#include <QThread>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestFileBytes = 1024 * 1024;

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(largestFileBytes) : QByteArray();
}

enum class Version { One, Two };

/// Where a hierarchy with the controller for CPU can be seen. Source: proc(5), mountinfo.
struct Mount
{
    Version version;
    QString top; ///< the group that is seen at the mount point
    QString point;
};

/// "/a b" of "/a\040b".
QString unescaped(const QByteArray &field)
{
    QByteArray text;
    for (qsizetype i = 0; i < field.size(); ++i) {
        bool isCode = false;
        const int code = field.at(i) == '\\' ? field.mid(i + 1, 3).toInt(&isCode, 8) : 0;
        text += isCode ? char(code) : field.at(i);
        i += isCode ? 3 : 0;
    }
    return QFile::decodeName(text);
}

QList<Mount> mounts(const QString &root)
{
    QList<Mount> found;
    for (const QByteArray &line : content(root + u"/proc/self/mountinfo"_s).split('\n')) {
        const qsizetype dash = line.indexOf(" - ");
        const QList<QByteArray> fields = line.left(dash).split(' ');
        const QList<QByteArray> system = line.mid(dash + 3).split(' ');
        if (dash < 0 || fields.size() < 5 || system.size() < 3)
            continue;
        const bool isSecond = system.first() == "cgroup2";
        const bool isFirst = system.first() == "cgroup" && system.at(2).split(',').contains("cpu");
        if (isSecond || isFirst)
            found.append({isSecond ? Version::Two : Version::One, unescaped(fields.at(3)),
                unescaped(fields.at(4))});
    }
    return found;
}

/// The own group in the hierarchies of each version. Source: cgroups(7), /proc/pid/cgroup.
QMap<Version, QString> ownGroups(const QString &root)
{
    QMap<Version, QString> groups;
    for (const QByteArray &line : content(root + u"/proc/self/cgroup"_s).split('\n')) {
        const QByteArrayList fields = line.split(':');
        if (fields.size() < 3)
            continue;
        const QString path = QFile::decodeName(QByteArrayList(fields.sliced(2)).join(':'));
        if (fields.at(1).isEmpty())
            groups.insert(Version::Two, path);
        else if (fields.at(1).split(',').contains("cpu"))
            groups.insert(Version::One, path);
    }
    return groups;
}

/// Of the folder of one group; nothing where it has no limit.
std::optional<double> quotaOf(const QString &folder, Version version)
{
    QByteArrayList words = content(folder + u"/cpu.max"_s).simplified().split(' ');
    if (version == Version::One)
        words = {content(folder + u"/cpu.cfs_quota_us"_s).trimmed(),
            content(folder + u"/cpu.cfs_period_us"_s).trimmed()};
    const double quota = words.value(0).toDouble(); // 0 for "max"
    const double period = words.value(1).toDouble();
    return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

/// \a group as seen at the mount, or what can be seen of it: the mount point itself.
QString folderOf(const Mount &mount, const QString &group)
{
    if (mount.top == "/"_L1 && !group.startsWith("/.."_L1))
        return QDir::cleanPath(mount.point + group);
    if (group == mount.top || group.startsWith(mount.top + u'/'))
        return QDir::cleanPath(mount.point + group.sliced(mount.top.size()));
    return mount.point;
}

} // namespace

std::optional<double> cpuQuota(const QString &root)
{
    std::optional<double> least;
    const QMap<Version, QString> groups = ownGroups(root);
    for (const Mount &mount : mounts(root)) {
        if (!groups.contains(mount.version))
            continue;
        // Each group is within those above it.
        for (QString folder = folderOf(mount, groups.value(mount.version));
             folder.startsWith(mount.point); folder = folder.left(folder.lastIndexOf(u'/'))) {
            const auto quota = quotaOf(root + folder, mount.version);
            if (quota && (!least || *quota < *least))
                least = quota;
        }
    }
    return least;
}

int usableProcessors()
{
    const int processors = std::max(1, QThread::idealThreadCount()); // of sched_getaffinity(2)
    const auto quota = cpuQuota();
    if (!quota || *quota >= processors)
        return processors;
    return std::max(1, int(std::ceil(*quota)));
}

} // namespace semper
