// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/shapelabel.h"

#include "view/theme.h"

#include <QPainter>

namespace semper::dashboard {

namespace {

constexpr int shapeSize = 12;

} // namespace

ShapeLabel::ShapeLabel(QWidget *parent)
    : QWidget(parent)
{
    setFixedSize(shapeSize + 2, shapeSize + 2);
}

void ShapeLabel::setCondition(std::optional<Condition> condition, bool stale)
{
    if (m_condition == condition && m_stale == stale)
        return;
    m_condition = condition;
    m_stale = stale;
    update();
}

void ShapeLabel::paintEvent(QPaintEvent *)
{
    if (!m_condition)
        return;
    QPainter painter(this);
    theme::paintShape(painter, QRectF(1, 1, shapeSize, shapeSize), *m_condition,
        m_stale ? theme::stale(palette()) : theme::conditionColor(*m_condition, palette()));
}

} // namespace semper::dashboard
