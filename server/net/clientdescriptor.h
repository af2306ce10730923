// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/descriptorshare.h"

#include <QObject>

#include <optional>

class QAbstractSocket;

namespace semper {

/// Stands for the descriptor of one client of a service, and counts it for as long as its parent,
/// the socket, has it. The thread of its event loop.
class ClientDescriptor : public QObject
{
    Q_OBJECT
public:
    explicit ClientDescriptor(QAbstractSocket *socket);

private:
    std::optional<DescriptorShare> m_share;
};

} // namespace semper
