// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/shortcutsdialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QKeySequence>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace semper::dashboard {

ShortcutsDialog::ShortcutsDialog(QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(28);
    form->setVerticalSpacing(8);
    const auto add = [this, form](const QKeySequence &keys, const QString &text) {
        auto *key = new QLabel(keys.toString(QKeySequence::NativeText), this);
        QFont bold = key->font();
        bold.setBold(true);
        key->setFont(bold);
        auto *meaning = new QLabel(text, this);
        for (QLabel *label : {key, meaning})
            label->setTextFormat(Qt::PlainText);
        form->addRow(key, meaning);
    };
    add(QKeySequence(Qt::CTRL | Qt::Key_R), tr("Restart the selected processes"));
    add(QKeySequence(Qt::Key_Delete), tr("Stop the selected processes (in the table)"));
    add(QKeySequence::Undo, tr("Undo a stop: start again"));
    add(QKeySequence::Find, tr("Filter processes"));
    add(QKeySequence(Qt::Key_Escape), tr("Clear the filter"));
    add(QKeySequence::Copy, tr("Copy the selected rows or the selected output"));
    add(QKeySequence(Qt::Key_Space), tr("Pause and resume the display"));
    add(QKeySequence(Qt::Key_F5), tr("Reconnect to the server"));
    add(QKeySequence(Qt::Key_F1), tr("This list"));
    add(QKeySequence::Quit, tr("Quit"));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 20, 20, 16);
    layout->setSpacing(18);
    layout->addLayout(form);
    layout->addWidget(buttons);
    layout->setSizeConstraint(QLayout::SetFixedSize);
}

} // namespace semper::dashboard
