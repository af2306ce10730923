// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/procfile.h"

#include <QList>

#include <array>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace semper::procfile {

namespace {

// Of /proc/PID/stat, counted from "state", the first field after the name in parentheses.
constexpr int parentField = 1;
constexpr int sessionField = 3;
constexpr int userTimeField = 11;
constexpr int systemTimeField = 12;
constexpr int residentPagesField = 21;

constexpr qsizetype largestEnvironmentBytes = 4 * 1024 * 1024;

QByteArray read(pid_t pid, const char *name, qsizetype limit)
{
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/%s", pid, name);
    const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return {};
    QByteArray content;
    std::array<char, 4096> buffer;
    ssize_t size = 0;
    while (content.size() < limit && (size = ::read(file, buffer.data(), buffer.size())) > 0)
        content.append(buffer.data(), size);
    ::close(file);
    return content;
}

QList<QByteArray> statFields(pid_t pid)
{
    const QByteArray stat = read(pid, "stat", 4096);
    const qsizetype name = stat.lastIndexOf(')'); // a name may hold anything, ')' too
    return name < 0 ? QList<QByteArray>() : stat.sliced(name + 1).trimmed().split(' ');
}

} // namespace

pid_t session(pid_t pid)
{
    return statFields(pid).value(sessionField).toInt();
}

pid_t parent(pid_t pid)
{
    return statFields(pid).value(parentField).toInt();
}

bool environmentContains(pid_t pid, const QByteArray &entry)
{
    const QByteArray environment = '\0' + read(pid, "environ", largestEnvironmentBytes);
    return environment.contains('\0' + entry + '\0');
}

std::optional<Usage> usage(pid_t pid)
{
    const QList<QByteArray> fields = statFields(pid);
    if (fields.size() <= residentPagesField)
        return std::nullopt;
    static const qint64 ticksPerSecond = ::sysconf(_SC_CLK_TCK);
    static const qint64 pageBytes = ::sysconf(_SC_PAGESIZE);
    const qint64 ticks
        = fields.at(userTimeField).toLongLong() + fields.at(systemTimeField).toLongLong();
    return Usage{.cpuTime = std::chrono::milliseconds(ticks * 1000 / ticksPerSecond),
        .memoryBytes = fields.at(residentPagesField).toLongLong() * pageBytes};
}

} // namespace semper::procfile
