// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

namespace semper {

/// Tells when a file that says which time zone the machine is in is another one, or has other
/// content: be it exchanged, linked anew, or written. The thread of its event loop.
class SEMPER_SERVER_EXPORT ZoneWatch : public QObject
{
    Q_OBJECT
public:
    explicit ZoneWatch(const QString &path, QObject *parent = nullptr);

Q_SIGNALS:
    void changed();

private:
    /// What is there: where it leads to, and which content it has.
    [[nodiscard]] QString stamp() const;
    void look();

    const QString m_path;
    QFileSystemWatcher m_watcher;
    QTimer m_settle; ///< who exchanges a file may take two steps
    QString m_stamp;
};

} // namespace semper
