// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QIODevice>
#include <QObject>
#include <QTimer>

#include <memory>

#include <sys/socket.h>

namespace semper {

/// Throws away what still comes on a connection that is of no use any more: closed with something
/// unread, it would be reset, and the other side would log that.
class PoliteClose : public QObject
{
    Q_OBJECT
public:
    /// Becomes a child of \a device, which has to be open.
    explicit PoliteClose(QIODevice &device);

Q_SIGNALS:
    void enough(); ///< the other side goes on for too long, or sends too much

private:
    void readOn();

    QIODevice &m_device;
    QTimer m_limit;
    qint64 m_bytes = 0;
};

/// Closes \a socket once the other side has, or after a while, and lets it go; \a listener hears
/// nothing of it any more. \a isOver: the other side may be told at once that nothing more comes.
template <class Socket>
void closePolitely(std::unique_ptr<Socket> socket, const QObject *listener, bool isOver)
{
    if (!socket)
        return;
    Socket *it = socket.release();
    it->disconnect(listener);
    if (it->state() != decltype(it->state())::ConnectedState) {
        it->abort();
        return it->deleteLater();
    }
    it->setParent(QCoreApplication::instance());
    QObject::connect(it, &Socket::disconnected, it, &QObject::deleteLater);
    QObject::connect(
        QCoreApplication::instance(), &QCoreApplication::aboutToQuit, it, &QObject::deleteLater);
    QObject::connect(new PoliteClose(*it), &PoliteClose::enough, it, [it] {
        it->abort();
        it->deleteLater();
    });
    if (isOver)
        ::shutdown(int(it->socketDescriptor()), SHUT_WR);
}

} // namespace semper
