// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/timezonename.h"

#include "spec/jsonpath.h"
#include "spec/nearestname.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

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

QTimeZone localTimeZone()
{
    // TZ may name a file, which QTimeZone does not know as a zone.
    constexpr QByteArrayView folder("/zoneinfo/");
    QByteArray id = QTimeZone::systemTimeZoneId();
    if (const qsizetype at = id.lastIndexOf(folder); at >= 0)
        id = id.sliced(at + folder.size());
    const QTimeZone zone(id);
    return zone.isValid() ? zone : QTimeZone::utc();
}

} // namespace semper
