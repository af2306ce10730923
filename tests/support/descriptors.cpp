// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/descriptors.h"

#include <QDir>

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper::test {

namespace {

bool haveOneTable(qint64 task, qint64 other)
{
    return ::syscall(SYS_kcmp, pid_t(task), pid_t(other), KCMP_FILES, 0, 0) == 0;
}

} // namespace

QStringList openDescriptors(qint64 pid)
{
    QStringList paths;
    QList<qint64> owners; ///< a task for each table
    const QDir tasks(u"/proc/%1/task"_s.arg(pid));
    const QStringList names = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        const qint64 task = name.toLongLong();
        bool known = false;
        for (const qint64 owner : std::as_const(owners))
            known |= haveOneTable(task, owner);
        if (known)
            continue;
        owners.append(task);
        const QDir table(tasks.filePath(name + u"/fd"_s));
        const QStringList numbers = table.entryList(QDir::AllEntries | QDir::System);
        for (const QString &number : numbers)
            if (number.at(0).isDigit())
                paths.append(table.filePath(number));
    }
    return paths;
}

} // namespace semper::test
