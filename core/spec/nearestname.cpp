// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/nearestname.h"

#include <QList>

#include <algorithm>
#include <limits>

namespace semper {

namespace {

/// Optimal string alignment distance.
int distance(QStringView a, QStringView b)
{
    QList<int> older;
    QList<int> previous(b.size() + 1);
    QList<int> current(b.size() + 1);
    for (qsizetype j = 0; j <= b.size(); ++j)
        previous[j] = int(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        current[0] = int(i);
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = std::min(current[j], older[j - 2] + 1);
        }
        older = previous;
        previous = current;
    }
    return previous[b.size()];
}

} // namespace

std::optional<QString> nearestName(const QString &name, const QStringList &candidates)
{
    const QString wanted = name.toLower();
    std::optional<QString> nearest;
    int fewest = std::numeric_limits<int>::max();
    for (const QString &candidate : candidates) {
        const qsizetype tolerated = std::max<qsizetype>(1, candidate.size() / 3);
        if (qAbs(candidate.size() - wanted.size()) > tolerated)
            continue;
        const int differing = distance(wanted, candidate.toLower());
        if (differing <= tolerated && differing < fewest) {
            fewest = differing;
            nearest = candidate;
        }
    }
    return nearest;
}

} // namespace semper
