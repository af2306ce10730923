// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QString>

#include <variant>

namespace semper {

/// What an HTTP probe connects to and asks for.
struct ProbeUrl
{
    bool encrypted = false;
    QString host = {}; ///< name or literal, IPv6 without brackets; empty for a Unix socket
    quint16 port = 0;
    QString path = {}; ///< of a Unix socket, absolute; empty for a host
    QByteArray authority = {}; ///< for the header Host
    QByteArray target = {}; ///< "/health?deep=1"

    /// The host can only be this machine.
    [[nodiscard]] SEMPER_CORE_EXPORT bool isLocal() const;
    friend bool operator==(const ProbeUrl &, const ProbeUrl &) = default;
};

/// Reads "http://host:port/path", the same with https, or "unix:PATH:/path"; a relative PATH
/// starts at \a directory. The second alternative says what is wrong, as the end of a sentence
/// about the text.
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<ProbeUrl, QString> parseProbeUrl(
    const QString &text, const QString &directory);

} // namespace semper
