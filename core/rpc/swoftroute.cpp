// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/swoftroute.h"

#include <QList>

using namespace Qt::StringLiterals;

namespace semper {

QString methodOfSwoftRoute(QStringView route)
{
    const QList<QStringView> parts = route.split(u"::"_s);
    if (parts.size() != 3 || parts.at(0).isEmpty() || parts.at(2).isEmpty())
        return {};
    QStringView interface = parts.at(1).sliced(parts.at(1).lastIndexOf(u'\\') + 1);
    if (interface.endsWith("Interface"_L1) && interface.size() > 9)
        interface.chop(9);
    if (interface.isEmpty())
        return {};
    return interface.toString().toLower() + u'.' + parts.at(2).toString();
}

} // namespace semper
