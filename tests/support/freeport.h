// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QRandomGenerator>
#include <QTcpServer>

namespace semper::test {

/// A port of the loopback that nobody has; 0 if none was found. Below those that the kernel hands
/// out by itself, so that no other test is given it meanwhile.
[[nodiscard]] inline quint16 freePort()
{
    for (int i = 0; i < 100; ++i) {
        const auto port = static_cast<quint16>(QRandomGenerator::system()->bounded(10'000, 32'000));
        QTcpServer server;
        if (server.listen(QHostAddress::LocalHost, port))
            return port;
    }
    return 0;
}

} // namespace semper::test
