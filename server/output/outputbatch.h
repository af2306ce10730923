// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <utility>

namespace semper {

/// What processes wrote since the last time, one process at a time.
struct OutputBatch
{
    QString process;
    int instance = 0;
    QStringList lines; ///< decoded as UTF-8; a line over 8 KiB comes in pieces
    qint64 bytes = 0; ///< of these
    qint64 dropped = 0; ///< lines that came faster than they could be passed on

    [[nodiscard]] bool isEmpty() const { return lines.isEmpty() && dropped == 0; }
};

using OutputBatches = QHash<std::pair<QString, int>, OutputBatch>; ///< by process and instance

} // namespace semper
