// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/eventlist.h"

#include "view/tabulartext.h"
#include "view/theme.h"

#include <QPainter>
#include <QStyledItemDelegate>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

constexpr int margin = 8;
constexpr int shapeSize = 10;

class EventDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(
        const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {100, option.fontMetrics.height() + 6};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override
    {
        const QPalette &palette = option.palette;
        const bool stale = static_cast<const EventList *>(option.widget)->isStale();
        const bool trouble = index.data(EventModel::TroubleRole).toBool();
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect,
                theme::selection(palette, option.state.testFlag(QStyle::State_Active) && !stale));
        painter->setFont(option.font);
        QRect box = option.rect.adjusted(margin, 0, -margin, 0);
        painter->setPen(theme::muted(palette));
        const QString time = index.data(EventModel::TimeRole).toString();
        drawTabular(*painter, box, Qt::AlignVCenter | Qt::AlignLeft, time);
        box.setLeft(box.left()
            + std::max(option.fontMetrics.horizontalAdvance(u"00:00:00"_s),
                option.fontMetrics.horizontalAdvance(time))
            + margin);
        const QColor color = stale ? theme::stale(palette)
            : trouble              ? theme::severityColor(Severity::Failing, palette)
                                   : palette.color(QPalette::Text);
        if (trouble)
            theme::paintShape(*painter,
                QRectF(box.left(), box.center().y() - shapeSize / 2.0 + 0.5, shapeSize, shapeSize),
                Severity::Failing, color);
        painter->setPen(color);
        drawTabular(*painter, box.adjusted(shapeSize + 6, 0, 0, 0),
            Qt::AlignVCenter | Qt::AlignLeft, index.data().toString());
    }
};

} // namespace

EventList::EventList(EventModel *model, QWidget *parent)
    : QListView(parent)
{
    setModel(model);
    setItemDelegate(new EventDelegate(this));
    setAccessibleName(tr("Events of the selected process"));
    setFrameShape(NoFrame);
    setUniformItemSizes(true);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setEditTriggers(NoEditTriggers);
}

void EventList::setStale(bool stale)
{
    m_stale = stale;
    viewport()->update();
}

void EventList::paintEvent(QPaintEvent *event)
{
    QListView::paintEvent(event);
    if (model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(theme::muted(palette()));
    painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("No events yet"));
}

} // namespace semper::dashboard
