// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/timezonename.h"

#include "spec/jsonpath.h"
#include "spec/nearestname.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr QLatin1StringView dataFolder{"/usr/share/zoneinfo/"};
constexpr int mostHops = 20;
constexpr qint64 mostDataBytes = 1024 * 1024;

/// "Europe/Berlin" of "/usr/share/zoneinfo/Europe/Berlin".
QByteArray idFromPath(const QByteArray &path)
{
    constexpr QByteArrayView folder("/zoneinfo/");
    const qsizetype at = path.lastIndexOf(folder);
    QByteArray id = at < 0 ? QByteArray() : path.sliced(at + folder.size());
    for (const QByteArrayView variant : {QByteArrayView("posix/"), QByteArrayView("right/")})
        if (id.startsWith(variant))
            id.remove(0, variant.size());
    return id;
}

/// The zone that has just this data. Of several the one that the machine says is its own, else one
/// with a place in its name.
QByteArray idOfData(const QByteArray &data)
{
    const auto hasIt = [&data](const QByteArray &id) {
        QFile file(dataFolder + QFile::decodeName(id));
        return file.size() == data.size() && file.open(QIODevice::ReadOnly)
            && file.read(mostDataBytes) == data;
    };
    if (const QByteArray own = QTimeZone::systemTimeZoneId(); hasIt(own))
        return own;
    QByteArray found;
    const QList<QByteArray> ids = QTimeZone::availableTimeZoneIds();
    for (const QByteArray &id : ids)
        if ((found.isEmpty() || id.contains('/')) && hasIt(id)) {
            found = id;
            if (id.contains('/') && !id.startsWith("Etc/"))
                break;
        }
    return found;
}

} // namespace

std::variant<QTimeZone, QString> findTimeZone(const QString &name)
{
    // QTimeZone takes any word, such as "Berlin", for a POSIX rule with that abbreviation and no
    // offset, and an old name such as "Japan", too, where the data is missing. A name with a slash
    // can only be found.
    static const QRegularExpression form(u"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+$"_s);
    const QByteArray id = name.toUtf8();
    if (QTimeZone::isTimeZoneIdAvailable(id) || form.match(name).hasMatch())
        if (const QTimeZone zone(id); zone.isValid())
            return zone;
    QStringList known;
    const QList<QByteArray> ids = QTimeZone::availableTimeZoneIds();
    for (const QByteArray &it : ids)
        known.append(QString::fromUtf8(it));
    return noTimeZone(name, known);
}

QString noTimeZone(const QString &name, const QStringList &known)
{
    const QString none = u"no time zone %1"_s.arg(quoted(name));
    const bool hasData = std::any_of(
        known.begin(), known.end(), [](const QString &it) { return it.contains(u'/'); });
    if (!hasData)
        return none + u"; this machine has no time zone data (package tzdata)"_s;
    if (const auto nearest = nearestName(name, known))
        return none + u"; did you mean %1?"_s.arg(quoted(*nearest));
    return none + u"; names are like \"Europe/Berlin\" or \"UTC\""_s;
}

QByteArray timeZoneOfFile(const QString &path)
{
    QString at = path;
    for (int hops = 0; hops < mostHops; ++hops) {
        if (const QByteArray id = idFromPath(QFile::encodeName(at)); !id.isEmpty())
            return id;
        const QFileInfo file(at);
        if (!file.isSymLink())
            break;
        at = file.symLinkTarget();
    }
    QFile file(at);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray data = file.read(mostDataBytes);
    return data.startsWith("TZif") ? idOfData(data) : QByteArray();
}

QTimeZone localTimeZone()
{
    QByteArray id = qEnvironmentVariableIsSet("TZ") ? QByteArray() : timeZoneOfFile(localTimeFile);
    if (id.isEmpty()) {
        // TZ may name a file, which QTimeZone does not know as a zone.
        id = QTimeZone::systemTimeZoneId();
        if (const QByteArray inPath = idFromPath(id); !inPath.isEmpty())
            id = inPath;
    }
    const QTimeZone zone(id);
    return zone.isValid() ? zone : QTimeZone::utc();
}

} // namespace semper
