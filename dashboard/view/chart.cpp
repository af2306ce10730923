// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/chart.h"

#include "view/tabulartext.h"
#include "view/theme.h"

#include <QLineF>
#include <QMouseEvent>
#include <QPainter>
#include <QVarLengthArray>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

constexpr int axisWidth = 62;
constexpr int titleHeight = 24;
constexpr int footHeight = 16;
constexpr int smallestHeight = 108;
constexpr int smallestWidth = 220;

/// The least round number that is not below \a peak: 1, 2 or 5 times a power of the base.
double roundUp(double peak, bool bytes)
{
    if (peak <= 0)
        return bytes ? 1024 * 1024 : 1;
    if (bytes)
        return std::max(1024.0, std::exp2(std::ceil(std::log2(peak))));
    const double power = std::pow(10.0, std::floor(std::log10(peak)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (peak <= factor * power * (1 + 1e-9))
            return factor * power;
    return 10 * power;
}

} // namespace

Chart::Chart(const ChartSource &source, QWidget *parent)
    : QWidget(parent)
    , m_source(source)
{
    setMouseTracking(true);
    setAccessibleName(tr("Chart of %1").arg(source.title()));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void Chart::setHistory(std::shared_ptr<const MetricHistory> history)
{
    m_history = std::move(history);
    update();
}

void Chart::setTime(qint64 now, std::chrono::minutes span, bool stale)
{
    m_now = now;
    m_span = std::chrono::milliseconds(span).count();
    m_stale = stale;
    update();
}

void Chart::setCursorTime(qint64 at)
{
    if (m_cursor == at)
        return;
    m_cursor = at;
    update();
}

QString Chart::valueText() const
{
    const Series *series = m_history ? m_source.seriesOf(*m_history) : nullptr;
    if (series == nullptr)
        return {};
    const Sample *sample = series->valueAt(m_cursor != 0 ? m_cursor : m_now);
    return sample != nullptr ? m_source.format(sample->value) : QString();
}

QSize Chart::sizeHint() const
{
    return {smallestWidth + 80, smallestHeight + 20};
}

QSize Chart::minimumSizeHint() const
{
    return {smallestWidth, smallestHeight};
}

QRectF Chart::plot() const
{
    return QRectF(rect()).adjusted(axisWidth, titleHeight + 7, -8, -footHeight - 2);
}

double Chart::xOf(qint64 at) const
{
    const QRectF box = plot();
    return box.right() - double(m_now - at) / double(m_span) * box.width();
}

double Chart::top() const
{
    double peak = 0;
    if (const Series *series = m_history ? m_source.seriesOf(*m_history) : nullptr) {
        for (qsizetype i = series->lowerBound(m_now - m_span); i < series->size(); ++i)
            if (!series->at(i).isGap())
                peak = std::max(peak, series->at(i).value);
        if (const Sample *last = series->valueAt(m_now))
            peak = std::max(peak, last->value);
    }
    if (m_source.what == ChartSource::What::Cpu)
        peak = std::max(peak, 0.05);
    return roundUp(peak, m_source.isBytes());
}

void Chart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const double top = this->top();
    paintFrame(painter, top);
    if (m_history) {
        paintMarks(painter);
        paintLine(painter, top);
    }
    if (m_cursor != 0 && m_cursor > m_now - m_span && m_cursor <= m_now) {
        painter.setPen(theme::muted(palette()));
        const double x = std::round(xOf(m_cursor)) + 0.5;
        painter.drawLine(QPointF(x, plot().top()), QPointF(x, plot().bottom()));
    }
}

void Chart::paintFrame(QPainter &painter, double top) const
{
    const QRectF box = plot();
    const QColor text = m_stale ? theme::stale(palette()) : palette().color(QPalette::Text);
    const QRect head(8, 2, width() - 16, titleHeight);
    const QString value = valueText();
    const int valueWidth = fontMetrics().horizontalAdvance(value) + 12;
    QFont bold = font();
    bold.setBold(true);
    painter.setPen(text);
    painter.setFont(bold);
    painter.drawText(head, Qt::AlignVCenter | Qt::AlignLeft,
        QFontMetrics(bold).elidedText(
            m_source.title(), Qt::ElideMiddle, head.width() - valueWidth));
    painter.setFont(font());
    drawTabular(painter, head, Qt::AlignVCenter | Qt::AlignRight, value);

    QFont small = font();
    small.setPointSizeF(font().pointSizeF() * 0.88);
    painter.setFont(small);
    for (const double share : {0.0, 0.5, 1.0}) {
        const double y = std::round(box.bottom() - share * box.height()) + 0.5;
        painter.setPen(theme::hairline(palette()));
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
        painter.setPen(theme::muted(palette()));
        drawTabular(painter, QRect(0, int(y) - 8, axisWidth - 6, 16),
            Qt::AlignVCenter | Qt::AlignRight, m_source.formatTick(top * share));
    }
    const QRectF foot(box.left(), box.bottom() + 2, box.width(), footHeight);
    painter.drawText(foot, Qt::AlignLeft | Qt::AlignTop, tr("−%1 min").arg(m_span / 60000));
    painter.drawText(
        foot, Qt::AlignRight | Qt::AlignTop, m_stale ? tr("not up to date") : tr("now"));
}

void Chart::paintLine(QPainter &painter, double top) const
{
    const Series *series = m_source.seriesOf(*m_history);
    if (series == nullptr || series->isEmpty())
        return;
    const QRectF box = plot();
    const auto place = [&](const Sample &sample) {
        return QPointF(
            xOf(sample.at), box.bottom() - std::clamp(sample.value / top, 0.0, 1.0) * box.height());
    };
    QVarLengthArray<QLineF, Series::capacity> lines;
    const qsizetype first = std::max<qsizetype>(series->lowerBound(m_now - m_span) - 1, 0);
    for (qsizetype i = first; i + 1 < series->size() && series->at(i + 1).at <= m_now; ++i)
        if (!series->at(i).isGap() && !series->at(i + 1).isGap())
            lines.append(QLineF(place(series->at(i)), place(series->at(i + 1))));
    // What was last said holds until something else is said.
    if (const Sample *last = series->valueAt(m_now)) {
        const QPointF point = place(*last);
        lines.append(QLineF(point, QPointF(box.right(), point.y())));
    }
    painter.save();
    painter.setClipRect(box.adjusted(0, -1, 1, 1));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_stale ? theme::stale(palette()) : theme::line(palette()), 1.4));
    painter.drawLines(lines.constData(), int(lines.size()));
    painter.restore();
}

void Chart::paintMarks(QPainter &painter) const
{
    const QRectF box = plot();
    const QColor color
        = m_stale ? theme::stale(palette()) : theme::severityColor(Severity::Failing, palette());
    painter.setPen(QPen(color, 1, Qt::DashLine));
    for (const qint64 at : m_history->restarts()) {
        if (at < m_now - m_span || at > m_now)
            continue;
        const double x = std::round(xOf(at)) + 0.5;
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
    }
}

void Chart::mouseMoveEvent(QMouseEvent *event)
{
    const QRectF box = plot();
    const double share = std::clamp((event->position().x() - box.left()) / box.width(), 0.0, 1.0);
    Q_EMIT pointedAt(m_now - qint64((1 - share) * double(m_span)));
}

void Chart::leaveEvent(QEvent *)
{
    Q_EMIT pointedAt(0);
}

} // namespace semper::dashboard
