// SPDX-License-Identifier: LGPL-3.0-or-later
#include "hostload.h"

#include <QByteArray>
#include <QFile>
#include <QList>

#include <sys/statvfs.h>

using namespace Qt::StringLiterals;

namespace {

[[nodiscard]] QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void readLoad(HostLoad &load)
{
    const QList<QByteArray> words = contentsOf(u"/proc/loadavg"_s).split(' ');
    if (words.size() < 2)
        return;
    load.load1m = words.at(0).toDouble();
    load.load5m = words.at(1).toDouble();
}

/// The number behind "\a name:" in /proc/meminfo, which counts in KiB.
[[nodiscard]] std::optional<qint64> memoryBytes(const QByteArray &memory, const QByteArray &name)
{
    for (const QByteArray &line : memory.split('\n')) {
        if (line.startsWith(name + ':'))
            return line.simplified().split(' ').value(1).toLongLong() * 1024;
    }
    return std::nullopt;
}

void readMemory(HostLoad &load)
{
    const QByteArray memory = contentsOf(u"/proc/meminfo"_s);
    const auto total = memoryBytes(memory, "MemTotal");
    load.memoryAvailableBytes = memoryBytes(memory, "MemAvailable");
    if (total && load.memoryAvailableBytes)
        load.memoryUsedBytes = *total - *load.memoryAvailableBytes;
}

void readDisk(HostLoad &load, const QString &path)
{
    struct statvfs disk
    { };
    if (::statvfs(QFile::encodeName(path).constData(), &disk) != 0)
        return;
    const auto used = static_cast<double>(disk.f_blocks - disk.f_bfree);
    const auto free = static_cast<double>(disk.f_bavail);
    load.diskFreeBytes = static_cast<qint64>(disk.f_bavail * disk.f_frsize);
    if (used + free > 0)
        load.diskUsedRatio = used / (used + free);
}

} // namespace

HostLoad HostLoad::read(const QString &path)
{
    HostLoad load;
    readLoad(load);
    readMemory(load);
    readDisk(load, path);
    return load;
}
