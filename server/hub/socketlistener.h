// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocalServer>

namespace semper {

/// Hands on who connects as a bare descriptor, which is then the receiver's. Main thread.
class SocketListener : public QLocalServer
{
    Q_OBJECT
public:
    using QLocalServer::QLocalServer;

Q_SIGNALS:
    void connected(int descriptor);

protected:
    void incomingConnection(quintptr descriptor) override { Q_EMIT connected(int(descriptor)); }
};

} // namespace semper
