// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/usablememory.h"

#include "spec/controlgroups.h"

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

/// Of the folder of one group; nothing where it has no limit.
std::optional<qint64> limitOf(const QString &folder, ControlGroup::Version version)
{
    const QString name
        = version == ControlGroup::Version::One ? u"memory.limit_in_bytes"_s : u"memory.max"_s;
    bool isNumber = false;
    const qint64 bytes = kernelFile(folder + u'/' + name).trimmed().toLongLong(&isNumber);
    return isNumber ? std::optional(bytes) : std::nullopt;
}

} // namespace

std::optional<qint64> memoryLimitOfGroups(const QString &root)
{
    std::optional<qint64> least;
    for (const ControlGroup &group : ControlGroups("memory", root).of(u"self"_s)) {
        // Each group is within those above it.
        for (const QString &folder : group.foldersUpwards()) {
            const auto limit = limitOf(folder, group.version);
            if (limit && (!least || *limit < *least))
                least = limit;
        }
    }
    return least;
}

qint64 usableMemory()
{
    qint64 bytes = qint64(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    for (const auto resource : {RLIMIT_AS, RLIMIT_DATA})
        bytes = resourceLimit(resource, bytes);
    return std::min(bytes, memoryLimitOfGroups().value_or(bytes));
}

} // namespace semper
