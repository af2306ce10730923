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

inline QJsonObject variable(const QString &value)
{
    return {{QStringLiteral("environment"), QJsonObject{{QStringLiteral("X"), value}}}};
}

inline QJsonObject instances(int count)
{
    return {{QStringLiteral("instances"), count}};
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
