// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/metrichistory.h"

#include <QColor>
#include <QRectF>

class QPainter;

namespace semper::dashboard {

/// The last minute of CPU in a cell: reads the history directly, draws plain lines. Restarts are
/// ticks at the upper edge.
void paintSparkline(QPainter &painter, const QRectF &box, const MetricHistory &history, qint64 now,
    const QColor &line, const QColor &restart);

} // namespace semper::dashboard
