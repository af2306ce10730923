// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QString>
#include <QThread>

#include <algorithm>
#include <csignal>

namespace semper::test {

/// Of a process or a thread, as ps(1) shows it: 'T' is stopped, 'Z' a zombie. 0: there is none.
[[nodiscard]] inline char stateAt(const QString &folder)
{
    QFile file(folder + QLatin1StringView("/stat"));
    const QByteArray stat = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    const qsizetype end = stat.lastIndexOf(") ");
    return end < 0 ? '\0' : stat.at(end + 2);
}

[[nodiscard]] inline char stateOfProcess(qint64 pid)
{
    return stateAt(QStringLiteral("/proc/%1").arg(pid));
}

/// Whether nothing of it holds a file or a lock any more. Of one with threads the first may be a
/// zombie while others still end.
[[nodiscard]] inline bool hasEnded(qint64 pid)
{
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(pid));
    const char state = stateOfProcess(pid);
    return state == '\0'
        || (state == 'Z' && tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot).size() <= 1);
}

/// Sends SIGSTOP and waits until every thread has stopped, which is a moment after kill() has
/// returned. False: it did not within 10 s.
[[nodiscard]] inline bool stopProcess(qint64 pid)
{
    if (::kill(pid_t(pid), SIGSTOP) != 0)
        return false;
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(pid));
    const QDeadlineTimer limit(10'000);
    while (!limit.hasExpired()) {
        const QStringList all = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        if (std::ranges::all_of(
                all, [&tasks](const QString &id) { return stateAt(tasks.filePath(id)) == 'T'; }))
            return true;
        QThread::msleep(1);
    }
    return false;
}

} // namespace semper::test
