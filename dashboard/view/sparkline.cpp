// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/sparkline.h"

#include <QLineF>
#include <QPainter>
#include <QVarLengthArray>

#include <algorithm>

namespace semper::dashboard {

namespace {

constexpr qint64 spanMs = 60'000;
/// A quiet process shall look quiet: below this much CPU the scale does not shrink further.
constexpr double smallestPeak = 0.05;

} // namespace

void paintSparkline(QPainter &painter, const QRectF &box, const MetricHistory &history, qint64 now,
    const QColor &line, const QColor &restart)
{
    const Series &series = history.cpu();
    const qint64 since = now - spanMs;
    const qsizetype first = std::max<qsizetype>(series.lowerBound(since) - 1, 0);
    double peak = smallestPeak;
    for (qsizetype i = first; i < series.size(); ++i)
        if (!series.at(i).isGap())
            peak = std::max(peak, series.at(i).value);
    const auto x = [&](qint64 at) {
        return box.left() + std::max(0.0, double(at - since) / spanMs) * box.width();
    };
    QVarLengthArray<QLineF, 160> lines;
    const Sample *before = nullptr;
    QPointF point;
    for (qsizetype i = first; i < series.size() && series.at(i).at <= now; ++i) {
        const Sample &sample = series.at(i);
        const QPointF here(x(sample.at), box.bottom() - sample.value / peak * box.height());
        if (before != nullptr && !before->isGap() && !sample.isGap())
            lines.append(QLineF(point, here));
        before = &sample;
        point = here;
    }
    painter.setPen(QPen(line, 1));
    painter.drawLines(lines.constData(), int(lines.size()));
    painter.setPen(QPen(restart, 1));
    const QList<qint64> &restarts = history.restarts();
    const auto from = std::lower_bound(restarts.begin(), restarts.end(), since);
    for (auto it = from; it != restarts.end() && *it <= now; ++it) {
        const double at = x(*it);
        painter.drawLine(QPointF(at, box.top() - 2), QPointF(at, box.top() + 5));
    }
}

} // namespace semper::dashboard
