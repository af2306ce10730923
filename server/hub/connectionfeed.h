// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace semper {

class ProcessSession;

/// Tells one launch who comes to its service and who goes, for as long as it is connected. Of what
/// is more than the launch reads, it is told how much it missed. Supervision's thread.
class ConnectionFeed : public QObject
{
    Q_OBJECT
public:
    /// A child of \a session, which has at most one: this does nothing where there is one.
    static void begin(ProcessSession &session, ServiceSide &services);

private:
    ConnectionFeed(ProcessSession &session, ServiceSide &services);
    void tell(const ConnectionNews &news);
    void flush();

    ProcessSession &m_session;
    ConnectionNews m_news; ///< not told yet
    QTimer m_again;
    std::shared_ptr<void> m_following;
};

} // namespace semper
