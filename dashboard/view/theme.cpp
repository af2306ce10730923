// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>

namespace semper::dashboard::theme {

namespace {

QPalette makePalette(QRgb window, QRgb base, QRgb alternate, QRgb text, QRgb button, QRgb highlight,
    QRgb disabled, QRgb muted)
{
    QPalette palette{QColor(button), QColor(window)};
    palette.setColor(QPalette::Window, QColor(window));
    palette.setColor(QPalette::Base, QColor(base));
    palette.setColor(QPalette::AlternateBase, QColor(alternate));
    palette.setColor(QPalette::Button, QColor(button));
    palette.setColor(QPalette::Highlight, QColor(highlight));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(button));
    palette.setColor(QPalette::Link, QColor(highlight));
    palette.setColor(QPalette::PlaceholderText, QColor(muted));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
             QPalette::ToolTipText, QPalette::BrightText}) {
        palette.setColor(role, QColor(text));
        palette.setColor(QPalette::Disabled, role, QColor(disabled));
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(disabled));
    return palette;
}

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128;
}

QColor severityColor(Severity severity, const QPalette &palette)
{
    const bool dark = isDark(palette);
    switch (severity) {
    case Severity::Failing:
        return dark ? QColor(0xe0523c) : QColor(0x7a0a12);
    case Severity::Degraded:
        return dark ? QColor(0xffb200) : QColor(0xd06a00);
    case Severity::Starting:
    case Severity::Running:
        return dark ? QColor(0x66b2ff) : QColor(0x0a84d0);
    case Severity::Stopped:
        return dark ? QColor(0x999999) : QColor(0x777777);
    }
    Q_UNREACHABLE();
}

QColor line(const QPalette &palette)
{
    return severityColor(Severity::Running, palette);
}

QColor muted(const QPalette &palette)
{
    return isDark(palette) ? QColor(0x9aa0a8) : QColor(0x656b74);
}

QColor stale(const QPalette &palette)
{
    return isDark(palette) ? QColor(0x959595) : QColor(0x6e6e6e);
}

QColor hairline(const QPalette &palette)
{
    return mix(palette.color(QPalette::Text), palette.color(QPalette::Base), 0.13);
}

QColor selection(const QPalette &palette, bool focused)
{
    return mix(focused ? palette.color(QPalette::Highlight) : palette.color(QPalette::Text),
        palette.color(QPalette::Base), focused ? (isDark(palette) ? 0.34 : 0.18) : 0.10);
}

QColor mix(const QColor &front, const QColor &back, double share)
{
    const auto blend = [share](int a, int b) { return int(a * share + b * (1 - share)); };
    return QColor(blend(front.red(), back.red()), blend(front.green(), back.green()),
        blend(front.blue(), back.blue()));
}

void paintShape(QPainter &painter, const QRectF &box, Severity severity, const QColor &color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const double unit = box.width() / 12;
    switch (severity) {
    case Severity::Failing:
        painter.setPen(QPen(color, 2.6 * unit, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(
            box.topLeft() + QPointF(unit, unit), box.bottomRight() - QPointF(unit, unit));
        painter.drawLine(
            box.topRight() + QPointF(-unit, unit), box.bottomLeft() - QPointF(-unit, unit));
        break;
    case Severity::Degraded:
        painter.drawPolygon(QPolygonF({{box.center().x(), box.top() + 0.4 * unit},
            {box.right(), box.bottom() - 0.6 * unit}, {box.left(), box.bottom() - 0.6 * unit}}));
        break;
    case Severity::Starting:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 2 * unit));
        painter.drawEllipse(box.adjusted(2 * unit, 2 * unit, -2 * unit, -2 * unit));
        break;
    case Severity::Running:
        painter.drawEllipse(box.adjusted(unit, unit, -unit, -unit));
        break;
    case Severity::Stopped:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 1.4 * unit, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(box.adjusted(2 * unit, 2 * unit, -2 * unit, -2 * unit));
        break;
    }
    painter.restore();
}

QPalette lightPalette()
{
    return makePalette(
        0xf3f4f6, 0xffffff, 0xf8f9fa, 0x1b1f24, 0xfafbfc, 0x0a6fb8, 0x9aa0a8, 0x656b74);
}

QPalette darkPalette()
{
    return makePalette(
        0x1f2226, 0x17191c, 0x1b1d21, 0xe4e6e9, 0x2a2d32, 0x2f80c8, 0x6c7178, 0x9aa0a8);
}

} // namespace semper::dashboard::theme
