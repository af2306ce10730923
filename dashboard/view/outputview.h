// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/outputbuffer.h"

#include <QAbstractScrollArea>

#include <memory>

class QPushButton;

namespace semper::dashboard {

/// Shows an OutputBuffer: only visible lines are painted. Follows the end until the person
/// scrolls up; a button counts what came since and leads back.
class OutputView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit OutputView(QWidget *parent = nullptr);

    /// Null for none.
    void setBuffer(std::shared_ptr<const OutputBuffer> buffer);
    /// Lines were added. Cheap for any number of them.
    void refresh();
    void setStale(bool stale);
    [[nodiscard]] bool isFollowing() const { return m_following; }
    void follow();

    [[nodiscard]] QString selectedText() const;
    void selectAll();
    void copy() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool event(QEvent *event) override;

private:
    /// A place between two characters. Ordered as one reads.
    struct Position
    {
        qint64 line = -1;
        qsizetype column = 0;
        friend auto operator<=>(const Position &, const Position &) = default;
    };

    void fit();
    void paintLine(QPainter &painter, qint64 number, int y) const;
    [[nodiscard]] QColor colorOf(const OutputLine &line, const QString &text) const;
    [[nodiscard]] Position positionAt(const QPoint &point) const;
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int charWidth() const;
    [[nodiscard]] int timeWidth() const;
    [[nodiscard]] int visibleLines() const;
    [[nodiscard]] std::pair<Position, Position> selection() const;
    void placePill();

    std::shared_ptr<const OutputBuffer> m_buffer;
    qint64 m_topLine = 0; ///< number of the first line shown
    qint64 m_seenEnd = 0; ///< where the end was when following stopped
    Position m_anchor;
    Position m_cursor;
    QPushButton *m_pill;
    bool m_following = true;
    bool m_fitting = false;
    bool m_stale = false;
};

} // namespace semper::dashboard
