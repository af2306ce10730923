// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/metrichistory.h"

#include <QWidget>

#include <memory>

namespace semper::dashboard {

/// What a chart shows of a history.
struct ChartSource
{
    enum class What { Cpu, Memory, Metric };

    What what = What::Cpu;
    QString name; ///< of a metric
    MetricKind kind = MetricKind::Gauge;

    [[nodiscard]] QString title() const;
    /// Null where the history has no such metric.
    [[nodiscard]] const Series *seriesOf(const MetricHistory &history) const;
    [[nodiscard]] QString format(double value) const;
    /// For an axis: round numbers, as short as they can be said.
    [[nodiscard]] QString formatTick(double value) const;
    /// Bytes are cut at powers of two.
    [[nodiscard]] bool isBytes() const;
    friend bool operator==(const ChartSource &, const ChartSource &) = default;
};

/// The last minutes of one number: lines, with restarts as dashed verticals and gaps as gaps.
class Chart : public QWidget
{
    Q_OBJECT
public:
    explicit Chart(const ChartSource &source, QWidget *parent = nullptr);

    [[nodiscard]] const ChartSource &source() const { return m_source; }
    void setHistory(std::shared_ptr<const MetricHistory> history);
    /// The right edge, in milliseconds since the epoch, the time from edge to edge, and whether
    /// what is shown is up to date.
    void setTime(qint64 now, std::chrono::minutes span, bool stale);
    /// The moment that the mouse points at in any of the charts; 0 for none.
    void setCursorTime(qint64 at);
    /// The value under the cursor, or the newest; empty for none.
    [[nodiscard]] QString valueText() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void pointedAt(qint64 at);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double xOf(qint64 at) const;
    [[nodiscard]] double top() const;
    void paintFrame(QPainter &painter, double top) const;
    void paintLine(QPainter &painter, double top) const;
    void paintMarks(QPainter &painter) const;

    ChartSource m_source;
    std::shared_ptr<const MetricHistory> m_history;
    qint64 m_now = 0;
    qint64 m_span = 1; ///< in milliseconds
    qint64 m_cursor = 0;
    bool m_stale = false;
};

} // namespace semper::dashboard
