// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace semper::dashboard {

/// One line of text that gives way where there is no room, and tells all in its tool tip.
class ElidedLabel : public QFrame
{
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget *parent = nullptr);

    void setText(const QString &text);
    void setAlignment(Qt::Alignment alignment) { m_alignment = alignment; }
    [[nodiscard]] const QString &text() const { return m_text; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_text;
    Qt::Alignment m_alignment = Qt::AlignLeft;
};

} // namespace semper::dashboard
