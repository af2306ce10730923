// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"
#include "supervision/processmachine.h"

#include <QJsonObject>
#include <QLoggingCategory>
#include <QString>

namespace semper {

/// What the journal and the log tell of a record of the state machine.
struct RecordFields
{
    QLatin1StringView type; ///< of the event
    QJsonObject fields;
    QString text; ///< one line, for the log
    QtMsgType level = QtInfoMsg; ///< of that line
};

/// \a status is that of the process right after the step that made the record; \a now is what the
/// clock on the wall shows.
[[nodiscard]] RecordFields recordFields(
    RecordType type, const ProcessStatus &status, const QDateTime &now);

} // namespace semper
