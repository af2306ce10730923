// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/pathwatch.h"

#include <QObject>
#include <QString>

namespace semper {

/// The file of a Unix socket that this server listens on: watched, and removed at the end if it
/// still is the one. The thread of its event loop; does not block.
class UnixSocketFile : public QObject
{
    Q_OBJECT
public:
    /// Of the socket that was just bound to \a path.
    explicit UnixSocketFile(QString path);
    ~UnixSocketFile() override;

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] bool isThere() const { return m_file && fileIdentity(m_path) == m_file; }

Q_SIGNALS:
    void lost(); ///< somebody removed or replaced it: nobody reaches the socket any more

private:
    QString m_path;
    FileIdentity m_file;
    PathWatch m_watch;
};

} // namespace semper
