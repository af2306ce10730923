// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/epollset.h"

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace semper {

/// Accepts the connections of a listening socket, a few in each turn of the event loop, where
/// QTcpServer takes all that wait. It stays when one cannot be taken, for want of descriptors say:
/// it looks again 200 ms later. The thread of its event loop; does not block.
class Acceptor : public QObject
{
    Q_OBJECT
public:
    /// \a listening does not block, and is not closed before this is gone.
    explicit Acceptor(int listening, QObject *parent = nullptr);

    void stop();

Q_SIGNALS:
    void accepted(int descriptor); ///< which is the receiver's
    void starved(int error); ///< errno; told once until the next is accepted

private:
    void accept();

    int m_listening;
    EpollSet m_set; ///< of m_listening alone, on which QTcpServer may have a notifier of its own
    QSocketNotifier m_notifier;
    QTimer m_resume;
    bool m_isStarved = false;
    bool m_isStopped = false;
};

} // namespace semper
