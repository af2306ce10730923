// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <variant>

namespace semper {

/// Where a listener binds. Exactly one of host and path is set.
struct ListenAddress
{
    QString host = {}; ///< name or literal, IPv6 without brackets
    quint16 port = 0; ///< 0: any free one
    QString path = {}; ///< of a Unix socket, absolute

    /// "127.0.0.1:80", "[::1]:80", "unix:/run/x.sock".
    [[nodiscard]] SEMPER_CORE_EXPORT QString toString() const;
    friend bool operator==(const ListenAddress &, const ListenAddress &) = default;
};

/// Reads "host:port", "[v6]:port" or "unix:PATH"; a relative PATH starts at \a directory.
/// The second alternative says what is wrong, as the end of a sentence about the text.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<ListenAddress, QString> parseListenAddress(
    const QString &text, const QString &directory);

/// Both cannot be bound at once: the same path, or the same port other than 0 on the same host
/// or on every address of the host's family.
[[nodiscard]] SEMPER_CORE_EXPORT bool overlap(const ListenAddress &one, const ListenAddress &other);

} // namespace semper
