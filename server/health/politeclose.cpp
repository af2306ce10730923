// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/politeclose.h"

#include <QAbstractEventDispatcher>
#include <QTcpSocket>

namespace semper {

namespace {

constexpr qint64 mostClosingBytes = 1024 * 1024;

} // namespace

void closePolitely(std::unique_ptr<QTcpSocket> socket, const QObject *listener, Parting::Peer peer)
{
    if (!socket)
        return;
    QTcpSocket *it = socket.release();
    it->disconnect(listener);
    if (it->state() != QAbstractSocket::ConnectedState) {
        it->abort();
        return it->deleteLater();
    }
    it->setParent(QAbstractEventDispatcher::instance()); // It goes with the thread at the latest.
    QObject::connect(it, &QAbstractSocket::disconnected, it, &QObject::deleteLater);
    auto *parting = new Parting(*it, peer);
    QObject::connect(parting, &Parting::dropped, it, [it, all = qint64(0)](qint64 bytes) mutable {
        all += bytes;
        if (all > mostClosingBytes)
            it->abort();
    });
    parting->endWithin(Parting::usualPatience);
    parting->begin();
}

} // namespace semper
