// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QString>

namespace semper {

/// What a file was like when it was looked at, to see later whether it is another one.
class SEMPER_CORE_EXPORT FileStamp
{
public:
    /// Looks at \a path; that it is not there is remembered like anything else. One system call.
    explicit FileStamp(QString path);
    /// As somebody else found it: \a mark is what mark() said then.
    FileStamp(QString path, QByteArray mark);

    [[nodiscard]] const QString &path() const { return m_path; }
    /// For who is told of it; empty where the file was not there.
    [[nodiscard]] const QByteArray &mark() const { return m_mark; }
    /// The same file, and nothing was written to it since. One system call.
    [[nodiscard]] bool isCurrent() const;

private:
    QString m_path;
    QByteArray m_mark; ///< device, inode, size and time of the last write
};

} // namespace semper
