// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/chip.h"

#include "view/tabulartext.h"
#include "view/theme.h"

#include <QLocale>
#include <QPainter>

namespace semper::dashboard {

namespace {

constexpr int padding = 10;
constexpr int shapeSize = 11;
constexpr int gap = 6;
constexpr double radius = 4;

} // namespace

Chip::Chip(std::optional<Severity> severity, QWidget *parent)
    : QAbstractButton(parent)
    , m_severity(severity)
{
    setCheckable(true);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setText(severity ? severityName(*severity) : tr("All"));
    setCount(0);
}

void Chip::setCount(int count)
{
    if (m_count == count)
        return;
    m_count = count;
    setAccessibleName(tr("%1: %n process(es)", nullptr, count).arg(text()));
    updateGeometry();
    update();
}

void Chip::setStale(bool stale)
{
    m_stale = stale;
    update();
}

QSize Chip::sizeHint() const
{
    const int shape = m_severity ? shapeSize + gap : 0;
    return {2 * padding + shape + textWidth() + 2, fontMetrics().height() + 10};
}

int Chip::textWidth() const
{
    QFont bold = font();
    bold.setBold(true);
    return fontMetrics().horizontalAdvance(text() + u' ')
        + QFontMetrics(bold).horizontalAdvance(QLocale().toString(m_count)) + gap;
}

void Chip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const QColor text = m_stale ? theme::stale(palette())
        : m_count == 0          ? theme::muted(palette())
                                : palette().color(QPalette::WindowText);
    const QColor fill = isChecked() ? theme::selection(palette(), !m_stale)
        : underMouse()              ? theme::selection(palette(), false)
                                    : palette().color(QPalette::Base);
    painter.setBrush(fill);
    painter.setPen(QPen(hasFocus() || isChecked()
            ? (m_stale ? theme::stale(palette()) : palette().color(QPalette::Highlight))
            : theme::mix(palette().color(QPalette::Text), palette().color(QPalette::Base), 0.25),
        hasFocus() ? 2 : 1));
    painter.drawRoundedRect(frame, radius, radius);
    int x = padding;
    if (m_severity) {
        theme::paintShape(painter, QRectF(x, (height() - shapeSize) / 2.0, shapeSize, shapeSize),
            *m_severity,
            m_stale || m_count == 0 ? theme::stale(palette())
                                    : theme::severityColor(*m_severity, palette()));
        x += shapeSize + gap;
    }
    painter.setPen(text);
    painter.drawText(QRect(x, 0, width(), height()), Qt::AlignVCenter, this->text());
    QFont bold = font();
    bold.setBold(m_count > 0);
    painter.setFont(bold);
    drawTabular(painter, QRect(x, 0, width() - x - padding, height()),
        Qt::AlignVCenter | Qt::AlignRight, QLocale().toString(m_count));
}

} // namespace semper::dashboard
