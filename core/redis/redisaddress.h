// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_redis_export.h>

#include <QAnyStringView>
#include <QString>

namespace semper {

/// Where a Redis server is, and who one is there. As a URL:
///   redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]   TCP; port 6379, database 0
///   rediss://...                                     the same with TLS, which is always verified
///   unix:PATH, redis+unix:PATH                       a local socket
/// What is special in a password is percent-encoded; a user may be left out (":secret@"). Behind a
/// "?" may stand, joined by "&": database=N, password_file=PATH, password_variable=NAME, and for
/// TLS ca_file=PATH (default: the system's), certificate_file=PATH, key_file=PATH and
/// server_name=NAME.
struct SEMPER_REDIS_EXPORT RedisAddress
{
    enum class Transport { Tcp, Tls, Unix };

    Transport transport = Transport::Tcp;
    QString host = {}; ///< without brackets
    quint16 port = 6379;
    QString path = {}; ///< of a local socket
    int database = 0;
    QString user = {};
    QString password = {};
    QString passwordFile = {}; ///< read at each connection; a newline at its end does not count
    QString passwordVariable = {}; ///< of the environment
    QString caFile = {}; ///< PEM, as the two below
    QString certificateFile = {};
    QString keyFile = {};
    QString serverName = {}; ///< in the certificate, where it is not the host

    /// Throws std::invalid_argument, whose what() holds nothing of a password.
    [[nodiscard]] static RedisAddress fromUrl(QAnyStringView url);
    /// For people and logs: "redis://db.example:6379/0", never with user or password.
    [[nodiscard]] QString toDisplay() const;
    /// What to authenticate with; empty for nothing. Reads a small file where one is named.
    /// Throws RedisUnreachable when that, or the variable, is not there.
    [[nodiscard]] QString secret() const;

    friend bool operator==(const RedisAddress &, const RedisAddress &) = default;
};

} // namespace semper
