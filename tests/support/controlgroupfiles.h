// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QString>
#include <QTemporaryDir>

namespace semper::test {

/// What is in files, by their paths below a folder that stands for "/".
using ControlGroupFiles = QMap<QString, QByteArray>;

inline const QString groupFile = QStringLiteral("proc/self/cgroup");
inline const QString mountsFile = QStringLiteral("proc/self/mountinfo");
/// Mounts of control groups of version 2 where they usually are.
inline const QByteArray secondVersion
    = "30 23 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

/// Whether all of \a files could be written below \a root.
inline bool write(const ControlGroupFiles &files, const QTemporaryDir &root)
{
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        QFile file(root.filePath(it.key()));
        if (!QDir().mkpath(QFileInfo(file).path()) || !file.open(QIODevice::WriteOnly)
            || file.write(*it) != it->size())
            return false;
    }
    return true;
}

} // namespace semper::test
