// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QJsonArray>
#include <QList>
#include <QString>

#include <utility>

namespace semper {

inline constexpr char problemMimeType[] = "application/problem+json";

/// An HTTP error as RFC 9457 tells it.
struct Problem
{
    int status = 500;
    QString detail = {}; ///< for people; empty for none
    QString code = {}; ///< for programs: "unknown_process"; empty for none
    QJsonArray errors = {}; ///< where, as far as there are several; empty for none
    QList<std::pair<QByteArray, QByteArray>> headers = {}; ///< "WWW-Authenticate", "Allow", ...

    [[nodiscard]] SEMPER_SERVER_EXPORT QByteArray toJson() const;
    friend bool operator==(const Problem &, const Problem &) = default;
};

/// "Not Found" for 404; "Error" for a status that this server never sends.
[[nodiscard]] SEMPER_SERVER_EXPORT QByteArray reasonPhrase(int status);

} // namespace semper
