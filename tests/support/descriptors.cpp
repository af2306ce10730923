// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/descriptors.h"

#include <QDir>

using namespace Qt::StringLiterals;

namespace semper::test {

QStringList openDescriptors(qint64 pid)
{
    const QDir table(u"/proc/%1/fd"_s.arg(pid));
    QStringList paths;
    for (const QString &number : table.entryList(QDir::AllEntries | QDir::System))
        if (number.at(0).isDigit())
            paths.append(table.filePath(number));
    return paths;
}

} // namespace semper::test
