// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/procfile.h"

#include <QList>
#include <QSet>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace semper::procfile {

namespace {

// Of /proc/PID/stat, counted from "state", the first field after the name in parentheses.
constexpr int parentField = 1;
constexpr int sessionField = 3;
constexpr int userTimeField = 11;
constexpr int systemTimeField = 12;
constexpr int childrenUserTimeField = 13;
constexpr int childrenSystemTimeField = 14;
constexpr int startTimeField = 19;
constexpr int residentPagesField = 21;

constexpr qsizetype largestEnvironmentBytes = 4 * 1024 * 1024;
constexpr qsizetype bufferBytes = 64 * 1024;
constexpr qsizetype usualEnvironmentBytes = 8 * 1024;
constexpr qsizetype largestListBytes = 1024 * 1024;

QByteArray read(pid_t pid, const char *name, qsizetype limit)
{
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/%s", pid, name);
    errno = 0;
    const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return {};
    QByteArray content;
    QByteArray buffer(std::min<qsizetype>(limit, bufferBytes), Qt::Uninitialized);
    ssize_t size = 0;
    while (content.size() < limit
        && (size = ::read(file, buffer.data(), std::size_t(buffer.size()))) > 0)
        content.append(buffer.constData(), size);
    ::close(file);
    return content;
}

/// Calls \a visit for each child of each thread of \a pid.
template <class Visit>
void visitChildren(pid_t pid, const Visit &visit)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> tasks(
        ::opendir(("/proc/" + QByteArray::number(pid) + "/task").constData()), ::closedir);
    if (!tasks)
        return;
    while (const dirent *task = ::readdir(tasks.get())) {
        if (task->d_name[0] == '.')
            continue;
        const QByteArray name = "task/" + QByteArray(task->d_name) + "/children";
        for (const QByteArray &child : read(pid, name.constData(), largestListBytes).split(' '))
            if (const pid_t number = child.toInt(); number > 0)
                visit(number);
    }
}

QList<QByteArray> statFields(pid_t pid)
{
    const QByteArray stat = read(pid, "stat", 4096);
    const qsizetype name = stat.lastIndexOf(')'); // a name may hold anything, ')' too
    return name < 0 ? QList<QByteArray>() : stat.sliced(name + 1).trimmed().split(' ');
}

/// Those of \a environment that start with \a prefix.
QByteArrayList entriesOf(const QByteArray &variables, const QByteArray &prefix)
{
    const QByteArray environment = '\0' + variables;
    const QByteArray start = '\0' + prefix;
    QByteArrayList entries;
    for (qsizetype at = environment.indexOf(start); at >= 0;
         at = environment.indexOf(start, at + 1)) {
        const qsizetype end = environment.indexOf('\0', at + 1);
        entries.append(environment.mid(at + 1, end < 0 ? -1 : end - at - 1));
    }
    return entries;
}

} // namespace

QList<pid_t> all()
{
    QList<pid_t> pids;
    const std::unique_ptr<DIR, int (*)(DIR *)> folder(::opendir("/proc"), ::closedir);
    while (const dirent *entry = folder ? ::readdir(folder.get()) : nullptr)
        if (const pid_t pid = QByteArray(entry->d_name).toInt(); pid > 0)
            pids.append(pid);
    return pids;
}

QString name(pid_t pid)
{
    return QString::fromLocal8Bit(read(pid, "comm", 64)).trimmed();
}

qint64 startTicks(pid_t pid)
{
    const QList<QByteArray> fields = statFields(pid);
    return fields.value(0) == "Z" ? 0 : fields.value(startTimeField).toLongLong();
}

bool isEnding(pid_t child)
{
    siginfo_t info{};
    if (::waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
        return true;
    const QByteArray link = "/proc/" + QByteArray::number(child) + "/exe";
    std::array<char, 1> any{};
    return ::readlink(link.constData(), any.data(), any.size()) < 0 && errno == ENOENT;
}

bool isFrozen(pid_t pid)
{
    const QByteArray state = statFields(pid).value(0);
    return state == "T" || state == "t";
}

Wait waitOf(pid_t pid)
{
    const QByteArray state = statFields(pid).value(0);
    const QByteArray place = read(pid, "wchan", 256).trimmed(); // "0": not told, or nowhere
    if (state.isEmpty())
        return {};
    return {QString::fromLatin1(state), place == "0" ? QString() : QString::fromLatin1(place)};
}

pid_t session(pid_t pid)
{
    return statFields(pid).value(sessionField).toInt();
}

pid_t parent(pid_t pid)
{
    return statFields(pid).value(parentField).toInt();
}

QList<pid_t> withDescendants(const QList<pid_t> &roots, qsizetype most)
{
    QList<pid_t> all;
    QSet<pid_t> seen;
    const auto add = [&](pid_t pid) {
        if (!seen.contains(pid) && all.size() < most) {
            seen.insert(pid);
            all.append(pid);
        }
    };
    for (const pid_t pid : roots)
        add(pid);
    for (qsizetype i = 0; i < all.size(); ++i) // grows as it goes
        visitChildren(all.at(i), add);
    return all;
}

QByteArrayList environmentEntries(pid_t pid, const QByteArray &prefix)
{
    return entriesOf(read(pid, "environ", largestEnvironmentBytes), prefix);
}

std::optional<QByteArrayList> marks(pid_t pid, const QByteArray &prefix, qsizetype limit)
{
    for (qsizetype bytes = std::min(usualEnvironmentBytes, limit);; bytes = limit) {
        QByteArray environment = read(pid, "environ", bytes);
        if (environment.isEmpty() && errno != EACCES)
            return std::nullopt;
        const bool isAll = environment.size() < bytes || bytes == limit;
        environment.truncate(environment.lastIndexOf('\0') + 1); // whole entries
        const QByteArrayList found = entriesOf(environment, prefix);
        if (isAll || !found.isEmpty())
            return found;
    }
}

std::optional<Usage> usage(pid_t pid)
{
    const QList<QByteArray> fields = statFields(pid);
    if (fields.size() <= residentPagesField)
        return std::nullopt;
    static const qint64 ticksPerSecond = ::sysconf(_SC_CLK_TCK);
    static const qint64 pageBytes = ::sysconf(_SC_PAGESIZE);
    const auto time = [&fields](int user, int system) {
        const qint64 ticks = fields.at(user).toLongLong() + fields.at(system).toLongLong();
        return std::chrono::milliseconds(ticks * 1000 / ticksPerSecond);
    };
    return Usage{.cpuTime = time(userTimeField, systemTimeField),
        .cpuTimeOfChildren = time(childrenUserTimeField, childrenSystemTimeField),
        .memoryBytes = fields.at(residentPagesField).toLongLong() * pageBytes};
}

std::optional<qint64> proportionalBytes(pid_t pid)
{
    for (const QByteArray &line : read(pid, "smaps_rollup", 16 * 1024).split('\n'))
        if (line.startsWith("Pss:"))
            return line.simplified().split(' ').value(1).toLongLong() * 1024; // "Pss: 198 kB"
    return std::nullopt;
}

} // namespace semper::procfile
