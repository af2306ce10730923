// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/processfilter.h"

#include <QStyledItemDelegate>

namespace semper::dashboard {

/// Paints the cells of the table of processes: shapes, numbers, sparklines; grey when stale.
class ProcessDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    static constexpr int margin = 8; ///< left and right of what a cell holds

    explicit ProcessDelegate(const ProcessFilter *filter, QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override;

private:
    void paintBackground(
        QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    void paintState(QPainter &painter, const QStyleOptionViewItem &option, const QRect &box,
        const ProcessRow &row) const;
    [[nodiscard]] QColor textColor(
        const QStyleOptionViewItem &option, const ProcessRow &row, int column) const;

    const ProcessFilter *m_filter;
};

} // namespace semper::dashboard
