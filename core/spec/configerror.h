// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

namespace semper {

/// One thing that is wrong in a configuration, and where.
struct ConfigError
{
    QString path; ///< "$.services.http.listen"
    QString message; ///< a sentence without a full stop

    [[nodiscard]] QString toString() const { return path + QLatin1StringView(": ") + message; }
    friend bool operator==(const ConfigError &, const ConfigError &) = default;
};

using ConfigErrors = QList<ConfigError>;

} // namespace semper
