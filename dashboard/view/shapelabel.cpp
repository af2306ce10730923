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

void ShapeLabel::setSeverity(std::optional<Severity> severity, bool stale)
{
    if (m_severity == severity && m_stale == stale)
        return;
    m_severity = severity;
    m_stale = stale;
    update();
}

void ShapeLabel::paintEvent(QPaintEvent *)
{
    if (!m_severity)
        return;
    QPainter painter(this);
    theme::paintShape(painter, QRectF(1, 1, shapeSize, shapeSize), *m_severity,
        m_stale ? theme::stale(palette()) : theme::severityColor(*m_severity, palette()));
}

} // namespace semper::dashboard
