// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/variablename.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QString> variableFault(const QString &name)
{
    static const QStringList reserved{u"SEMPER_SOCKET"_s, u"SEMPER_SOCKET_FD"_s,
        u"SEMPER_PROCESS"_s, u"SEMPER_INSTANCE"_s, u"SEMPER_TOKEN"_s, u"SEMPER_LAUNCH"_s};
    if (name.isEmpty() || name.contains(u'=') || name.contains(QChar(0)))
        return u"is no name of a variable"_s;
    if (reserved.contains(name))
        return u"is set by the server itself"_s;
    return std::nullopt;
}

} // namespace semper
