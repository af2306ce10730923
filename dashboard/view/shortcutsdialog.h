// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace semper::dashboard {

/// All keys of the window, in one list.
class ShortcutsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ShortcutsDialog(QWidget *parent = nullptr);
};

} // namespace semper::dashboard
