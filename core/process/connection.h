// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace semper {

/// One live connection of a service, as the service knew it when it was asked.
struct Connection
{
    quint64 id = 0; ///< unique in the service, rising
    QString peer = {}; ///< "127.0.0.1:50412", or "pid 4711" over a Unix socket
    QDateTime since = {}; ///< UTC
    qint64 bytesIn = 0;
    qint64 bytesOut = 0;
    QDateTime lastActivity = {}; ///< UTC; when bytes went in or out, since at first
    QString user = {}; ///< as whom it was authenticated; empty where that is not known
    QString listener = {}; ///< by which it came: its name, empty for the service's own

    [[nodiscard]] SEMPER_CORE_EXPORT QJsonObject toJson() const;
    [[nodiscard]] SEMPER_CORE_EXPORT static Connection fromJson(const QJsonObject &json);
    friend bool operator==(const Connection &, const Connection &) = default;
};

} // namespace semper
