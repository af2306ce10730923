// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/pathwatch.h"

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>

namespace semper {

/// Listens on a path in the file system and hands on who connects as a bare descriptor, which is
/// then the receiver's. Unlike QLocalServer it stays when a connection cannot be taken, for want of
/// descriptors say: it looks again 200 ms later. Supervision's thread; does not block.
class SocketListener : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    /// Removes the socket's file.
    ~SocketListener() override;

    /// Makes the socket, with mode 0600, in place of one that is there: whoever calls has the claim
    /// on it. Where it listened before, nobody who came is lost. False: errno
    /// tells why.
    [[nodiscard]] bool listen(const QString &path);
    [[nodiscard]] QString path() const { return m_path; }
    /// The file of that path is its socket.
    [[nodiscard]] bool isThere() const { return m_socket >= 0 && fileIdentity(m_path) == m_file; }

Q_SIGNALS:
    void connected(int descriptor);

private:
    void accept();

    void close();

    QString m_path;
    FileIdentity m_file;
    int m_socket = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace semper
