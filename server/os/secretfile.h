// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <variant>

namespace semper {

/// What the file \a name in \a directory holds. Where it is not there yet it is made with
/// \a content: whole or not at all, mode 0600, and the folder with mode 0700. Of two who make it
/// at once, both read the same. The second alternative says what is wrong, naming the file: a
/// folder or file that others own or may write, a file that others may read.
[[nodiscard]] std::variant<QByteArray, QString> readOrCreateSecret(
    const QString &directory, const QString &name, const QByteArray &content);

} // namespace semper
