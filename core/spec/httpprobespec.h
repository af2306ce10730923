// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QList>
#include <QMap>
#include <QString>

#include <optional>

namespace semper {

/// What an HTTP probe sends beside its URL, and which answer is a success. Keys of "ready" and
/// "liveness".
struct HttpProbeSpec
{
    QMap<QString, QString> headers = {}; ///< by name; in place of those that it sends by itself
    QList<int> expectedStatus = {}; ///< one of these; none: 200 to 399
    QString expectedBody = {}; ///< a regular expression that matches the body; empty: any body
    std::optional<bool> verifyCertificate = {}; ///< nothing: where the host is not this machine
    friend bool operator==(const HttpProbeSpec &, const HttpProbeSpec &) = default;
};

} // namespace semper
