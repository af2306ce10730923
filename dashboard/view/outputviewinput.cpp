// SPDX-License-Identifier: GPL-3.0-or-later
// What the mouse and the keyboard do in an OutputView.
#include "view/outputview.h"

#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>

namespace semper::dashboard {

OutputView::Position OutputView::positionAt(const QPoint &point) const
{
    if (!m_buffer || m_buffer->endNumber() == m_buffer->firstNumber())
        return {};
    const qint64 number = std::clamp(m_topLine + (point.y() - 4) / lineHeight(),
        m_buffer->firstNumber(), m_buffer->endNumber() - 1);
    const int x = point.x() - 8 + horizontalScrollBar()->value() - timeWidth();
    const qsizetype length = QString::fromUtf8(m_buffer->line(number).text).size();
    return {number, std::clamp<qsizetype>((x + charWidth() / 2) / charWidth(), 0, length)};
}

void OutputView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_cursor = positionAt(event->pos());
    if (!event->modifiers().testFlag(Qt::ShiftModifier) || m_anchor.line < 0)
        m_anchor = m_cursor;
    viewport()->update();
}

void OutputView::mouseMoveEvent(QMouseEvent *event)
{
    if (!event->buttons().testFlag(Qt::LeftButton))
        return;
    const int y = event->pos().y();
    if (y < 0 || y > viewport()->height())
        verticalScrollBar()->triggerAction(
            y < 0 ? QScrollBar::SliderSingleStepSub : QScrollBar::SliderSingleStepAdd);
    m_cursor = positionAt(event->pos());
    viewport()->update();
}

void OutputView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        copy();
    else if (event->matches(QKeySequence::SelectAll))
        selectAll();
    else if (event->matches(QKeySequence::MoveToEndOfDocument) || event->key() == Qt::Key_End)
        follow();
    else if (event->matches(QKeySequence::MoveToStartOfDocument) || event->key() == Qt::Key_Home)
        verticalScrollBar()->setValue(0);
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void OutputView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    QAction *copyAction = menu.addAction(tr("&Copy"), QKeySequence::Copy, this, &OutputView::copy);
    copyAction->setEnabled(!selectedText().isEmpty());
    menu.addAction(tr("Select &all"), QKeySequence::SelectAll, this, &OutputView::selectAll);
    menu.addAction(tr("&Follow the end"), this, &OutputView::follow)->setEnabled(!m_following);
    menu.exec(event->globalPos());
}

void OutputView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fit();
}

bool OutputView::event(QEvent *event)
{
    // The window has shortcuts of its own for these; here they mean the text.
    if (event->type() == QEvent::ShortcutOverride) {
        auto *key = static_cast<QKeyEvent *>(event);
        if (key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

} // namespace semper::dashboard
