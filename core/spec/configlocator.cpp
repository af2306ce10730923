// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/configlocator.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

ConfigPlaces ConfigPlaces::real()
{
    return {.asRoot = ::geteuid() == 0,
        .workingDirectory = QDir::currentPath(),
        .homeDirectory = QDir::homePath(),
        .environment
        = [](const QString &name) { return qEnvironmentVariable(name.toLocal8Bit().constData()); }};
}

QStringList configCandidates(const ConfigPlaces &places)
{
    constexpr QLatin1StringView inFolder{"/semper/semper.json"};
    QStringList candidates;
    if (!places.asRoot)
        candidates.append(places.workingDirectory + u"/semper.json"_s);

    // The XDG rules: a relative path is to be ignored.
    const QString user = places.environment(u"XDG_CONFIG_HOME"_s);
    candidates.append(
        (QDir::isAbsolutePath(user) ? user : places.homeDirectory + u"/.config"_s) + inFolder);

    const QString system = places.environment(u"XDG_CONFIG_DIRS"_s);
    for (const QString &folder :
        (system.isEmpty() ? u"/etc/xdg"_s : system).split(u':', Qt::SkipEmptyParts))
        if (QDir::isAbsolutePath(folder))
            candidates.append(folder + inFolder);
    candidates.append(u"/etc"_s + inFolder);

    for (QString &candidate : candidates)
        candidate = QDir::cleanPath(candidate);
    candidates.removeDuplicates();
    return candidates;
}

std::optional<QString> locateConfig(const QStringList &candidates)
{
    const auto found = std::find_if(candidates.cbegin(), candidates.cend(),
        [](const QString &candidate) { return QFileInfo::exists(candidate); });
    return found == candidates.cend() ? std::nullopt : std::optional(*found);
}

} // namespace semper
