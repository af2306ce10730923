// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "watch/processid.h"

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace semper::dashboard {

/// One line of a server's history.
struct Event
{
    qint64 id = 0;
    QDateTime at;
    QString type;
    ProcessId process; ///< without a name: the server itself
    QJsonObject fields; ///< all of it, as it came

    [[nodiscard]] static Event fromJson(const QJsonObject &json);
    /// "killed by SIGKILL, restarting".
    [[nodiscard]] QString describe() const;
    /// Of an exit: how the launch ended, in the person's language. "killed by SIGSEGV (core
    /// dumped)".
    [[nodiscard]] QString describeExit() const;
    /// An exit that nobody asked for, a failure.
    [[nodiscard]] bool isTrouble() const;
    /// A launch that ended, however it did.
    [[nodiscard]] bool isExit() const { return type == u"exit"; }
};

} // namespace semper::dashboard
