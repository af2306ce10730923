// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/usablememory.h"

#include <QByteArray>
#include <QFile>

#include <algorithm>

#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QByteArray kernelFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

qint64 resourceLimit(__rlimit_resource resource, qint64 otherwise)
{
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur > rlim_t(otherwise))
        return otherwise;
    return qint64(limit.rlim_cur);
}

/// The least "memory.max" of the group of this process and of all that it lies in.
qint64 limitOfGroups(qint64 otherwise)
{
    qint64 least = otherwise;
    const QByteArray groups = kernelFile(u"/proc/self/cgroup"_s);
    const qsizetype unified = groups.indexOf("0::/");
    if (unified < 0)
        return least;
    const qsizetype begin = unified + 3;
    QString path = QString::fromUtf8(groups.sliced(begin, groups.indexOf('\n', begin) - begin));
    for (;;) {
        bool isNumber = false;
        const QByteArray text = kernelFile(u"/sys/fs/cgroup"_s + path + u"/memory.max"_s);
        const qint64 limit = text.trimmed().toLongLong(&isNumber);
        if (isNumber)
            least = std::min(least, limit);
        if (path.isEmpty())
            return least;
        path.truncate(std::max<qsizetype>(0, path.lastIndexOf(u'/')));
    }
}

} // namespace

qint64 usableMemory()
{
    qint64 bytes = qint64(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    for (const auto resource : {RLIMIT_AS, RLIMIT_DATA})
        bytes = resourceLimit(resource, bytes);
    return limitOfGroups(bytes);
}

} // namespace semper
