// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>

#include <functional>
#include <optional>

namespace semper {

/// Where configurations are looked for when none is named.
struct ConfigPlaces
{
    bool asRoot = false;
    QString workingDirectory;
    QString homeDirectory;
    std::function<QString(const QString &name)> environment; ///< empty text for what is not set

    [[nodiscard]] SEMPER_CORE_EXPORT static ConfigPlaces real();
};

/// The files that are tried, first the working folder's (never for root, who would obey whoever
/// owns the folder), then the user's, then the system's. All absolute.
[[nodiscard]] SEMPER_CORE_EXPORT QStringList configCandidates(const ConfigPlaces &places);

/// The first of \a candidates that exists.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> locateConfig(const QStringList &candidates);

} // namespace semper
