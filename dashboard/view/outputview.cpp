// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/outputview.h"

#include "model/format.h"
#include "view/theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

constexpr int margin = 8;

} // namespace

OutputView::OutputView(QWidget *parent)
    : QAbstractScrollArea(parent)
    , m_pill(new QPushButton(viewport()))
{
    setAccessibleName(tr("Output of the selected process"));
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setBackgroundRole(QPalette::Base);
    m_pill->setCursor(Qt::PointingHandCursor);
    m_pill->setFocusPolicy(Qt::NoFocus);
    m_pill->hide();
    connect(m_pill, &QPushButton::clicked, this, &OutputView::follow);
}

void OutputView::setBuffer(std::shared_ptr<const OutputBuffer> buffer)
{
    if (m_buffer == buffer)
        return;
    m_buffer = std::move(buffer);
    m_anchor = m_cursor = {};
    follow();
}

void OutputView::refresh()
{
    fit();
    viewport()->update();
}

void OutputView::setStale(bool stale)
{
    m_stale = stale;
    viewport()->update();
}

void OutputView::follow()
{
    m_following = true;
    fit();
    viewport()->update();
}

QString OutputView::selectedText() const
{
    auto [from, to] = selection();
    if (!m_buffer || from.line < 0 || from == to)
        return {};
    from.line = std::max(from.line, m_buffer->firstNumber());
    QString text;
    for (qint64 number = from.line; number <= std::min(to.line, m_buffer->endNumber() - 1);
         ++number) {
        const QString line = QString::fromUtf8(m_buffer->line(number).text);
        const qsizetype begin = number == from.line ? from.column : 0;
        const qsizetype end = number == to.line ? to.column : line.size();
        text += line.mid(begin, end - begin);
        if (number != to.line)
            text += u'\n';
    }
    return text;
}

void OutputView::selectAll()
{
    if (!m_buffer)
        return;
    m_anchor = {m_buffer->firstNumber(), 0};
    m_cursor = {m_buffer->endNumber() - 1, OutputBuffer::maximumLineLength + 1};
    viewport()->update();
}

void OutputView::copy() const
{
    if (const QString text = selectedText(); !text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
}

void OutputView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    if (!m_buffer || m_buffer->endNumber() == m_buffer->firstNumber()) {
        painter.setPen(theme::muted(palette()));
        painter.setFont(QGuiApplication::font());
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("No output yet"));
        return;
    }
    const qint64 end = std::min(m_buffer->endNumber(), m_topLine + visibleLines() + 2);
    for (qint64 number = m_topLine; number < end; ++number)
        paintLine(painter, number, int(number - m_topLine) * lineHeight() + margin / 2);
}

void OutputView::paintLine(QPainter &painter, qint64 number, int y) const
{
    const OutputLine &line = m_buffer->line(number);
    const QString text = QString::fromUtf8(line.text);
    const int left = margin - horizontalScrollBar()->value();
    const int textLeft = left + timeWidth();
    const auto [from, to] = selection();
    if (from != to && number >= from.line && number <= to.line) {
        const qsizetype begin = number == from.line ? from.column : 0;
        const qsizetype end
            = number == to.line ? std::min(to.column, text.size()) : text.size() + 1;
        painter.fillRect(textLeft + int(begin) * charWidth(), y, int(end - begin) * charWidth(),
            lineHeight(), theme::selection(palette(), true));
    }
    const int baseline = y + fontMetrics().ascent();
    painter.setPen(theme::muted(palette()));
    if (line.kind == OutputLine::Kind::Mark) {
        QFont italic = font();
        italic.setItalic(true);
        painter.setFont(italic);
        painter.drawText(left, baseline,
            u"── %1 %2 ──"_s.arg(
                QDateTime::fromMSecsSinceEpoch(line.at).toString(u"HH:mm:ss"), text));
        painter.setFont(font());
        return;
    }
    painter.drawText(left, baseline, QDateTime::fromMSecsSinceEpoch(line.at).toString(u"HH:mm:ss"));
    painter.setPen(colorOf(line, text));
    painter.drawText(textLeft, baseline, text);
}

QColor OutputView::colorOf(const OutputLine &line, const QString &text) const
{
    if (m_stale)
        return theme::stale(palette());
    if (line.kind == OutputLine::Kind::Text) {
        for (const auto word : {"error"_L1, "fatal"_L1, "critical"_L1, "exception"_L1})
            if (text.contains(word, Qt::CaseInsensitive))
                return theme::severityColor(Severity::Failing, palette());
        if (text.contains("warn"_L1, Qt::CaseInsensitive))
            return theme::severityColor(Severity::Degraded, palette());
    }
    return palette().color(QPalette::Text);
}

void OutputView::resizeEvent(QResizeEvent *)
{
    fit();
}

void OutputView::scrollContentsBy(int, int)
{
    if (m_fitting || !m_buffer)
        return;
    m_topLine = m_buffer->firstNumber() + verticalScrollBar()->value();
    const bool atEnd = verticalScrollBar()->value() == verticalScrollBar()->maximum();
    if (m_following && !atEnd)
        m_seenEnd = m_buffer->endNumber();
    m_following = atEnd;
    placePill();
    viewport()->update();
}

void OutputView::fit()
{
    const qint64 first = m_buffer ? m_buffer->firstNumber() : 0;
    const qint64 end = m_buffer ? m_buffer->endNumber() : 0;
    const int maximum = int(std::max<qint64>(0, end - first - visibleLines()));
    m_fitting = true;
    verticalScrollBar()->setRange(0, maximum);
    verticalScrollBar()->setPageStep(visibleLines());
    m_topLine = m_following ? first + maximum : std::max(m_topLine, first);
    verticalScrollBar()->setValue(int(m_topLine - first));
    m_topLine = first + verticalScrollBar()->value();
    const int width
        = m_buffer ? 2 * margin + timeWidth() + int(m_buffer->longest() + 1) * charWidth() : 0;
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(4 * charWidth());
    m_fitting = false;
    placePill();
}

void OutputView::placePill()
{
    const qint64 fresh = m_buffer ? m_buffer->endNumber() - m_seenEnd : 0;
    m_pill->setVisible(!m_following && fresh > 0);
    if (!m_pill->isVisible())
        return;
    m_pill->setText(tr("▼ %n new line(s)", nullptr, int(fresh)));
    m_pill->setFont(QGuiApplication::font());
    m_pill->adjustSize();
    m_pill->move((viewport()->width() - m_pill->width()) / 2,
        viewport()->height() - m_pill->height() - margin);
}

int OutputView::lineHeight() const
{
    return fontMetrics().height() + 2;
}

int OutputView::charWidth() const
{
    return fontMetrics().horizontalAdvance(u'0');
}

int OutputView::timeWidth() const
{
    return 10 * charWidth();
}

int OutputView::visibleLines() const
{
    return std::max(1, (viewport()->height() - margin) / lineHeight());
}

std::pair<OutputView::Position, OutputView::Position> OutputView::selection() const
{
    return std::minmax(m_anchor, m_cursor);
}

} // namespace semper::dashboard
