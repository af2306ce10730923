// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "view/chart.h"

#include <QScrollArea>

class QGridLayout;
class QLabel;

namespace semper::dashboard {

/// The charts of one process, as many beside each other as fit: CPU, memory, then its own
/// metrics by name. Charts appear as metrics do.
class ChartGrid : public QScrollArea
{
    Q_OBJECT
public:
    explicit ChartGrid(QWidget *parent = nullptr);

    /// Null for none.
    void setHistory(std::shared_ptr<const MetricHistory> history);
    /// Looks for new metrics and repaints, see Chart::setTime().
    void refresh(qint64 now, bool stale);
    [[nodiscard]] const QList<Chart *> &charts() const { return m_charts; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void rebuild();
    void arrange();
    /// As long as there is something to show, within reason.
    [[nodiscard]] std::chrono::minutes span(qint64 now) const;
    [[nodiscard]] QList<ChartSource> wantedSources() const;

    std::shared_ptr<const MetricHistory> m_history;
    QList<Chart *> m_charts;
    QWidget *m_canvas;
    QGridLayout *m_layout;
    QLabel *m_leftOut;
    int m_columns = 0;
};

} // namespace semper::dashboard
