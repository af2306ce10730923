// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/tabulartext.h"

#include <QFontMetrics>
#include <QHash>
#include <QPainter>

#include <algorithm>

namespace semper::dashboard {

namespace {

/// Width of a digit's cell, or 0 for a font whose digits are of equal width by nature.
int digitCell(const QFont &font)
{
    static QHash<QString, int> cells;
    const QString key = font.key();
    if (const auto it = cells.constFind(key); it != cells.cend())
        return *it;
    const QFontMetrics metrics(font);
    int narrowest = metrics.horizontalAdvance(u'0');
    int widest = narrowest;
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        narrowest = std::min(narrowest, metrics.horizontalAdvance(digit));
        widest = std::max(widest, metrics.horizontalAdvance(digit));
    }
    const int cell = narrowest == widest ? 0 : widest;
    cells.insert(key, cell);
    return cell;
}

} // namespace

void drawTabular(QPainter &painter, const QRect &rect, Qt::Alignment alignment, const QString &text)
{
    const QFontMetrics metrics = painter.fontMetrics();
    const int cell = digitCell(painter.font());
    if (cell == 0) {
        painter.drawText(rect, int(alignment) | Qt::TextSingleLine,
            metrics.elidedText(text, Qt::ElideRight, rect.width()));
        return;
    }
    const auto width = [&](QChar c) { return c.isDigit() ? cell : metrics.horizontalAdvance(c); };
    int total = 0;
    for (const QChar c : text)
        total += width(c);
    const QString shown
        = total <= rect.width() ? text : metrics.elidedText(text, Qt::ElideRight, rect.width());
    int x = alignment & Qt::AlignRight ? rect.right() + 1 - std::min(total, rect.width())
                                       : rect.left();
    for (const QChar c : shown) {
        const QRect box(x, rect.top(), width(c), rect.height());
        painter.drawText(box, Qt::AlignVCenter | Qt::AlignHCenter | Qt::TextDontClip, QString(c));
        x += box.width();
    }
}

} // namespace semper::dashboard
