// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/messagebar.h"

#include "view/elidedlabel.h"
#include "view/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

namespace semper::dashboard {

namespace {

constexpr int shapeSize = 13;
constexpr int shapeMargin = 12;

} // namespace

MessageBar::MessageBar(Tone tone, const QString &button, QWidget *parent)
    : QWidget(parent)
    , m_tone(tone)
    , m_label(new ElidedLabel(this))
    , m_button(new QPushButton(button, this))
{
    auto *layout = new QHBoxLayout(this);
    const int left = tone == Tone::Trouble ? 2 * shapeMargin + shapeSize : shapeMargin;
    layout->setContentsMargins(left, 4, 6, 4);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_button);
    m_button->setVisible(!button.isEmpty());
    if (button.isEmpty())
        m_button->setFocusPolicy(Qt::NoFocus);
    hide();
}

void MessageBar::tell(const QString &text, const QString &announcement)
{
    m_label->setText(text);
    if (isVisibleTo(parentWidget()) && m_announced == announcement)
        return;
    show();
    m_announced = announcement;
    setAccessibleName(announcement);
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

QString MessageBar::text() const
{
    return m_label->text();
}

void MessageBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QColor color = this->color();
    painter.fillRect(rect(), theme::mix(color, palette().color(QPalette::Base), 0.16));
    painter.fillRect(0, 0, 3, height(), color);
    painter.fillRect(
        0, height() - 1, width(), 1, theme::mix(color, palette().color(QPalette::Base), 0.45));
    if (m_tone == Tone::Trouble)
        theme::paintShape(painter,
            QRectF(shapeMargin, (height() - shapeSize) / 2.0, shapeSize, shapeSize),
            Severity::Degraded, color);
}

QColor MessageBar::color() const
{
    switch (m_tone) {
    case Tone::Trouble:
        return theme::severityColor(Severity::Degraded, palette());
    case Tone::Notice:
        return palette().color(QPalette::Highlight);
    }
    Q_UNREACHABLE();
}

} // namespace semper::dashboard
