// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QString>

#include <variant>

#include <fcntl.h>

namespace semper {

/// open(2) with \a flags, and O_CREAT with mode 0600; close-on-exec. The descriptor, which is the
/// caller's, or why there is none, in a sentence that names the file. Refuses what is no plain
/// file, a FIFO for one, which could hold the caller up.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<int, QString> openPlainFile(
    const QString &path, int flags);

/// What is in a plain file, \a most bytes at most; nothing where it is not there. Or why it cannot
/// be read.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<QByteArray, QString> readPlainFile(
    const QString &path, qint64 most);

} // namespace semper
