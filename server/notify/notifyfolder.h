// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

#include <sys/stat.h>

namespace semper {

/// For processes of the server's user: "orders.notify" for the hub's "orders.sock".
[[nodiscard]] QString notifyFolderBeside(const QString &hubSocket);

/// Where the folder for processes of other users may be, which cannot come to the hub's: first
/// where such things belong, then where there is always room.
[[nodiscard]] QStringList sharedNotifyFolders(const QByteArray &run);

/// Makes a folder of this user with \a mode, or takes one that is there and is this user's.
/// Nothing, or why it could not.
[[nodiscard]] std::optional<QString> makeNotifyFolder(const QString &path, mode_t mode);

/// Removes all sockets in \a path, if that is a folder of this user. Does not go astray where
/// somebody has put a link in its place.
void removeNotifySockets(const QString &path);

/// The same, and the folder itself.
void removeNotifyFolder(const QString &path);

} // namespace semper
