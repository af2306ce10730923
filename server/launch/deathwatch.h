// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/epollset.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSocketNotifier>

namespace semper {

/// Waits for the ends of all launches, and for what they report before, in place of their own
/// notifiers: the event loop
/// polls one descriptor instead of one for each, so that a restart does not cost more the more
/// processes there are. Supervision's thread. Source: epoll(7), pidfd_open(2).
class DeathWatch : public QObject
{
    Q_OBJECT
public:
    explicit DeathWatch(QObject *parent = nullptr);
    ~DeathWatch() override;

    /// Disables \a notifier and activates it once its descriptor is readable. Leaves it as it is
    /// and returns false where the kernel has no memory for that.
    bool take(QSocketNotifier *notifier);

private:
    void deliver();

    EpollSet m_set;
    QSocketNotifier m_ready;
    QHash<int, QPointer<QSocketNotifier>> m_taken; ///< by descriptor
};

} // namespace semper
