// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "protocol/processstatus.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace semper {

/// What a text may use of the terminal that it goes to.
struct TerminalStyle
{
    bool glyphs = false; ///< beside the words for states
    bool colours = false;
    int width = 0; ///< columns; 0: no limit, as in a file

    /// Of standard output. No colour where NO_COLOR is set.
    [[nodiscard]] static TerminalStyle real();
};

/// \a processes as a table for people, what is in trouble first, with a newline at its end.
[[nodiscard]] SEMPER_SERVER_EXPORT QString statusTable(
    const QList<ProcessStatus> &processes, const QDateTime &now, const TerminalStyle &style);

/// "demo: up 3 min, http on http://127.0.0.1:18306 (2 connections), ..." from the server object.
[[nodiscard]] SEMPER_SERVER_EXPORT QString serverLine(const QJsonObject &server);

/// "importer", or "importer:2" for an instance beyond the first.
[[nodiscard]] SEMPER_SERVER_EXPORT QString displayName(const ProcessStatus &status);

/// What is to be known beside the numbers: the reason of a trouble, the time of the next start,
/// the last exit, or what the process says of itself.
[[nodiscard]] SEMPER_SERVER_EXPORT QString situation(
    const ProcessStatus &status, const QDateTime &now);

} // namespace semper
