// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <semper/connection.h>

#include <QObject>
#include <QTimer>

namespace semper {

class Service;

/// Gathers who comes to a service and who goes: at most 100 comings and goings in 100 ms; of what
/// is more it tells how much was missed. For the services' thread.
class ConnectionNewsDesk : public QObject
{
    Q_OBJECT
public:
    /// A child of \a service.
    ConnectionNewsDesk(Service &service, ServiceSide::Done<ConnectionNews> tell);

private:
    void add(QJsonArray &list, const Connection &connection);

    ServiceSide::Done<ConnectionNews> m_tell;
    ConnectionNews m_news;
    QTimer m_pause;
};

} // namespace semper
