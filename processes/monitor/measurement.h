// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "hostload.h"

#include <QDateTime>
#include <QString>

#include <optional>

/// One row: a service's connections and its host's load at one moment.
struct Measurement
{
    QDateTime at; ///< UTC
    QString process;
    int instance = 0;
    std::optional<qint64> connections; ///< nothing where the server did not answer
    HostLoad host;
};
