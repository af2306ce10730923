// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <memory>
#include <optional>
#include <utility>

#include <sys/types.h>

namespace semper {

/// Which file it is, whatever it is called: device and inode. Of a file that is not there nothing.
using FileIdentity = std::optional<std::pair<dev_t, ino_t>>;
[[nodiscard]] SEMPER_CORE_EXPORT FileIdentity fileIdentity(const QString &path);

/// Tells when somebody may have taken away what this program has made in the file system, a cleaner
/// of /tmp say. By inotify(7), so that it costs nothing meanwhile; where that cannot be had it
/// looks every 5 s. Lives on the thread of its event loop; no call blocks.
class SEMPER_CORE_EXPORT PathWatch : public QObject
{
    Q_OBJECT
public:
    explicit PathWatch(QObject *parent = nullptr);
    ~PathWatch() override;

    /// From now on watches \a paths, \a folders, what is removed from the latter, and all folders
    /// and links that these are reached by; and nothing else. touched() follows once: something may
    /// have been removed since it was made.
    void watch(const QStringList &paths, const QStringList &folders = {});
    /// Nothing any more.
    void stop();

Q_SIGNALS:
    /// One of the paths or folders, or what they are in, was removed, replaced, or at least
    /// touched.
    void touched();
    /// The file \a name is in one of the folders no more.
    void removed(const QString &name);

private:
    void begin();
    void end();
    void add(const QString &path, quint32 events);
    void addAbove(const QString &path);
    void addLink(QString link);
    void read();

    QStringList m_paths;
    QStringList m_folders;
    int m_inotify = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_tell; ///< many events are told as one
    QTimer m_poll; ///< where there is no inotify
};

} // namespace semper
