// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/survivors.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace semper::test {

QList<qint64> survivors(const QByteArray &mark)
{
    const QByteArray entry = QByteArray(markVariable) + '=' + mark;
    QList<qint64> pids;
    const QStringList names = QDir(u"/proc"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        bool isProcess = false;
        const qint64 pid = name.toLongLong(&isProcess);
        QFile environment(u"/proc/%1/environ"_s.arg(name));
        if (!isProcess || !environment.open(QIODevice::ReadOnly))
            continue;
        if (environment.readAll().split('\0').contains(entry)) // a zombie's is empty
            pids.append(pid);
    }
    return pids;
}

} // namespace semper::test
