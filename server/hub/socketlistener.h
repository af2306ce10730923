// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>

namespace semper {

/// Listens on a path in the file system and hands on who connects as a bare descriptor, which is
/// then the receiver's. Unlike QLocalServer it stays when a connection cannot be taken, for want of
/// descriptors say: it looks again 200 ms later. Main thread; does not block.
class SocketListener : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    /// Removes the socket's file.
    ~SocketListener() override;

    /// Makes the socket with the mode that umask leaves. False: errno tells why.
    [[nodiscard]] bool listen(const QString &path);
    [[nodiscard]] QString path() const { return m_path; }

Q_SIGNALS:
    void connected(int descriptor);

private:
    void accept();

    QString m_path;
    int m_socket = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace semper
