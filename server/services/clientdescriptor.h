// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QAbstractSocket;

namespace semper {

/// Stands for the descriptor of one client of a service, and counts it for as long as its parent,
/// the socket, has it. Main thread.
class ClientDescriptor : public QObject
{
    Q_OBJECT
public:
    explicit ClientDescriptor(QAbstractSocket *socket);
    ~ClientDescriptor() override;

    /// Whether there is one for another client: see descriptorsForClients().
    [[nodiscard]] static bool isFree();

private:
    void release();

    bool m_isTaken = true;
};

} // namespace semper
