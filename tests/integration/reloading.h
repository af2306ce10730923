// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/runningserver.h"

#include <QJsonArray>

// What the tests of a reload share.
namespace semper::test {

inline QJsonObject sleeper(QJsonObject more = {})
{
    more.insert(QStringLiteral("command"), QJsonArray{helperProgram(QStringLiteral("sleeper"))});
    return more;
}

inline int pidOf(RunningServer &server, const QString &name)
{
    return server.process(name).value(QStringLiteral("pid")).toInt();
}

inline bool isRunning(RunningServer &server, const QString &name)
{
    return server.process(name).value(QStringLiteral("state")) == QStringLiteral("running");
}

} // namespace semper::test
