// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace semper::dashboard {

class ElidedLabel;

/// A line across the window that says one thing and offers one way on. Announced to assistive
/// technology when it appears, and when it says something else; not each time a number counts.
class MessageBar : public QWidget
{
    Q_OBJECT
public:
    enum class Tone {
        Trouble, ///< something is wrong
        Notice ///< something happened
    };

    /// Without a text there is no \a button.
    MessageBar(Tone tone, const QString &button, QWidget *parent = nullptr);

    /// Shows \a text. \a announcement is what is spoken, once.
    void tell(const QString &text, const QString &announcement);
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton *button() const { return m_button; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QColor color() const;

    Tone m_tone;
    ElidedLabel *m_label;
    QPushButton *m_button;
    QString m_announced;
};

} // namespace semper::dashboard
