// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/cpuquota.h"

#include "spec/controlgroups.h"

#include <QFile>
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

/// Of the folder of one group; nothing where it has no limit.
std::optional<double> quotaOf(const QString &folder, ControlGroup::Version version)
{
    QByteArrayList words = content(folder + u"/cpu.max"_s).simplified().split(' ');
    if (version == ControlGroup::Version::One)
        words = {content(folder + u"/cpu.cfs_quota_us"_s).trimmed(),
            content(folder + u"/cpu.cfs_period_us"_s).trimmed()};
    const double quota = words.value(0).toDouble(); // 0 for "max"
    const double period = words.value(1).toDouble();
    return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

} // namespace

std::optional<double> cpuQuota(const QString &root)
{
    std::optional<double> least;
    for (const ControlGroup &group : ControlGroups("cpu", root).of(u"self"_s)) {
        // Each group is within those above it.
        for (const QString &folder : group.foldersUpwards()) {
            const auto quota = quotaOf(folder, group.version);
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
