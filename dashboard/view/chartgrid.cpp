// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/chartgrid.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollBar>

#include <algorithm>

namespace semper::dashboard {

namespace {

constexpr int comfortableWidth = 290;

} // namespace

ChartGrid::ChartGrid(QWidget *parent)
    : QScrollArea(parent)
    , m_canvas(new QWidget)
    , m_layout(new QGridLayout(m_canvas))
    , m_leftOut(new QLabel(m_canvas))
{
    setAccessibleName(tr("Charts"));
    setWidgetResizable(true);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_canvas->setBackgroundRole(QPalette::Base);
    m_canvas->setAutoFillBackground(true);
    m_layout->setContentsMargins(4, 4, 4, 4);
    m_layout->setSpacing(4);
    m_leftOut->setForegroundRole(QPalette::PlaceholderText);
    m_leftOut->setTextFormat(Qt::PlainText);
    m_leftOut->hide();
    setWidget(m_canvas);
}

void ChartGrid::setHistory(std::shared_ptr<const MetricHistory> history)
{
    if (m_history == history)
        return;
    m_history = std::move(history);
    rebuild();
    verticalScrollBar()->setValue(0);
}

void ChartGrid::refresh(qint64 now, bool stale)
{
    const QList<ChartSource> wanted = wantedSources();
    const bool same = std::equal(wanted.begin(), wanted.end(), m_charts.begin(), m_charts.end(),
        [](const ChartSource &source, const Chart *chart) { return chart->source() == source; });
    if (!same)
        rebuild();
    for (Chart *chart : std::as_const(m_charts))
        chart->setTime(now, span(now), stale);
}

void ChartGrid::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    arrange();
}

void ChartGrid::rebuild()
{
    const QList<ChartSource> wanted = wantedSources();
    QList<Chart *> charts;
    for (const ChartSource &source : wanted) {
        const auto old = std::find_if(m_charts.cbegin(), m_charts.cend(),
            [&source](const Chart *chart) { return chart->source() == source; });
        if (old != m_charts.cend()) {
            charts.append(*old);
            m_charts.removeOne(charts.last());
            continue;
        }
        auto *chart = new Chart(source, m_canvas);
        connect(chart, &Chart::pointedAt, this, [this](qint64 at) {
            for (Chart *each : std::as_const(m_charts))
                each->setCursorTime(at);
        });
        chart->show();
        charts.append(chart);
    }
    for (Chart *gone : std::as_const(m_charts))
        gone->deleteLater();
    m_charts = charts;
    for (Chart *chart : std::as_const(m_charts))
        chart->setHistory(m_history);
    const int leftOut = m_history ? int(m_history->leftOut()) : 0;
    m_leftOut->setText(tr("%n more metric(s) not shown", nullptr, leftOut));
    m_leftOut->setVisible(leftOut > 0);
    m_columns = 0;
    arrange();
}

void ChartGrid::arrange()
{
    const int fitting = std::max(1, viewport()->width() / comfortableWidth);
    const int columns = std::clamp(fitting, 1, std::max(1, int(m_charts.size())));
    if (columns == m_columns)
        return;
    m_columns = columns;
    while (QLayoutItem *item = m_layout->takeAt(0))
        delete item; // the item is the layout's, the chart is not
    for (int i = 0; i < m_charts.size(); ++i)
        m_layout->addWidget(m_charts.at(i), i / columns, i % columns);
    m_layout->addWidget(m_leftOut, int(m_charts.size() + columns - 1) / columns, 0, 1, columns);
}

std::chrono::minutes ChartGrid::span(qint64 now) const
{
    const qint64 begin = m_history ? m_history->cpu().begin() : 0;
    for (const std::chrono::minutes span : {std::chrono::minutes(1), std::chrono::minutes(2)})
        if (begin == 0 || now - begin <= std::chrono::milliseconds(span).count())
            return span;
    return Series::span;
}

QList<ChartSource> ChartGrid::wantedSources() const
{
    if (!m_history)
        return {};
    QList<ChartSource> sources{{.what = ChartSource::What::Cpu, .name = {}},
        {.what = ChartSource::What::Memory, .name = {}}};
    for (const auto &[name, metric] : m_history->metrics())
        sources.append({ChartSource::What::Metric, name, metric.kind});
    return sources;
}

} // namespace semper::dashboard
