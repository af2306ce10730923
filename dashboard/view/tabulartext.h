// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QPainter;
class QRect;

namespace semper::dashboard {

/// Draws one line with digits of equal width, so that numbers under each other line up and do
/// not tremble while they count. Elides on the right.
void drawTabular(
    QPainter &painter, const QRect &rect, Qt::Alignment alignment, const QString &text);

} // namespace semper::dashboard
