// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/processdelegate.h"

#include "view/sparkline.h"
#include "view/tabulartext.h"
#include "view/theme.h"

#include <QPainter>

namespace semper::dashboard {

namespace {

constexpr int shapeSize = 12;
constexpr int accentWidth = 3;

bool isSelected(const QStyleOptionViewItem &option)
{
    return option.state.testFlag(QStyle::State_Selected);
}

} // namespace

ProcessDelegate::ProcessDelegate(const ProcessFilter *filter, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_filter(filter)
{ }

void ProcessDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const ProcessRow &row = m_filter->processRow(index);
    paintBackground(*painter, option, index);
    const QRect box = option.rect.adjusted(margin, 0, -margin, 0);
    painter->setFont(option.font);
    if (index.column() == ProcessModel::State) {
        paintState(*painter, option, box, row);
        return;
    }
    const ProcessModel &model = m_filter->processes();
    if (index.column() == ProcessModel::Trend) {
        const QColor line
            = model.isStale() ? theme::stale(option.palette) : theme::line(option.palette);
        const QColor restart
            = model.isStale() ? line : theme::severityColor(Severity::Failing, option.palette);
        paintSparkline(*painter, QRectF(box).adjusted(0, 6, 0, -6), *row.history(),
            model.displayTime(), line, restart);
        return;
    }
    painter->setPen(textColor(option, row, index.column()));
    const auto alignment = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt());
    drawTabular(*painter, box, alignment, index.data().toString());
}

void ProcessDelegate::paintBackground(
    QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    if (!isSelected(option))
        return;
    const bool focused
        = option.state.testFlag(QStyle::State_Active) && !m_filter->processes().isStale();
    painter.fillRect(option.rect, theme::selection(option.palette, focused));
    if (index.column() != ProcessModel::State)
        return;
    const QRect accent(option.rect.topLeft(), QSize(accentWidth, option.rect.height()));
    painter.fillRect(
        accent, focused ? option.palette.color(QPalette::Highlight) : theme::muted(option.palette));
}

void ProcessDelegate::paintState(QPainter &painter, const QStyleOptionViewItem &option,
    const QRect &box, const ProcessRow &row) const
{
    const bool stale = m_filter->processes().isStale();
    const Severity severity = row.intent() ? Severity::Starting : row.severity();
    const QColor color
        = stale ? theme::stale(option.palette) : theme::severityColor(severity, option.palette);
    const QRectF shape(
        box.left() + 2, box.center().y() - shapeSize / 2.0 + 0.5, shapeSize, shapeSize);
    theme::paintShape(painter, shape, severity, color);
    const bool problem = severity == Severity::Failing || severity == Severity::Degraded;
    QFont font = option.font;
    font.setBold(problem);
    painter.setFont(font);
    painter.setPen(textColor(option, row, ProcessModel::State));
    drawTabular(painter, box.adjusted(shapeSize + 10, 0, margin, 0),
        Qt::AlignVCenter | Qt::AlignLeft, row.stateText(ProcessRow::Clock::now()));
}

QColor ProcessDelegate::textColor(
    const QStyleOptionViewItem &option, const ProcessRow &row, int column) const
{
    if (m_filter->processes().isStale())
        return theme::stale(option.palette);
    if (column == ProcessModel::LastEvent && !row.commandProblem().isEmpty())
        return theme::severityColor(Severity::Failing, option.palette);
    const bool secondary = column == ProcessModel::Pid
        || (!row.isAlive() && column >= ProcessModel::Cpu && column <= ProcessModel::Uptime
            && column != ProcessModel::Restarts)
        || (column == ProcessModel::NextStart && !row.nextStartIn())
        || (column == ProcessModel::Restarts && row.status().restarts == 0);
    return secondary ? theme::muted(option.palette) : option.palette.color(QPalette::Text);
}

} // namespace semper::dashboard
