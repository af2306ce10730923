// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/severity.h"

#include <QColor>
#include <QPalette>

class QPainter;
class QRectF;

/// The colours of the dashboard that no palette has, for light and dark palettes.
namespace semper::dashboard::theme {

[[nodiscard]] bool isDark(const QPalette &palette);
[[nodiscard]] QColor severityColor(Severity severity, const QPalette &palette);
/// Of a line that carries no judgement: charts, sparklines.
[[nodiscard]] QColor line(const QPalette &palette);
/// Secondary text. Still 4.5:1 on the base.
[[nodiscard]] QColor muted(const QPalette &palette);
/// Data that is not up to date: grey, and as readable as muted().
[[nodiscard]] QColor stale(const QPalette &palette);
/// Lines of a grid, borders of a card.
[[nodiscard]] QColor hairline(const QPalette &palette);
/// Behind a selected row: a tint, so that the colours of the states stay what they are.
[[nodiscard]] QColor selection(const QPalette &palette, bool focused);

/// \a front over \a back.
[[nodiscard]] QColor mix(const QColor &front, const QColor &back, double share);

/// Disc, triangle, cross, ring or hollow square: a state is told by shape as well as colour.
void paintShape(QPainter &painter, const QRectF &box, Severity severity, const QColor &color);

/// Palettes of our own, for those who choose them and where the desktop has none.
[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

} // namespace semper::dashboard::theme
