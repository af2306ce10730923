// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/processfilter.h"

#include <QTableView>

namespace semper::dashboard {

/// The table of processes: whole rows, fixed sizes, an order that holds still while the mouse
/// is pressed or a menu is open.
class ProcessTable : public QTableView
{
    Q_OBJECT
public:
    explicit ProcessTable(ProcessFilter *filter, QWidget *parent = nullptr);

    [[nodiscard]] ProcessIds selectedProcesses() const;
    /// Where the keyboard is; without a name for none.
    [[nodiscard]] ProcessId currentProcess() const;
    void selectProcess(const ProcessId &id);

    /// Sorts again, unless somebody is about to click.
    void resort();
    /// While a menu or dialog about certain processes is open.
    void setHeld(bool held) { m_held = held; }

    /// Column widths of one's own are kept; others follow the window.
    [[nodiscard]] QByteArray saveLayout() const;
    bool restoreLayout(const QByteArray &layout);
    void resetLayout();

    /// What Ctrl+C copies: the selected rows in their order, columns separated by tabs.
    [[nodiscard]] QString selectionAsText() const;

Q_SIGNALS:
    void currentProcessChanged();
    void selectionMoved();

protected:
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyboardSearch(const QString &search) override;

private:
    void fitColumns();

    ProcessFilter *m_filter;
    bool m_held = false;
    bool m_pressed = false;
    bool m_ownWidths = false; ///< the person moved a column's border
};

} // namespace semper::dashboard
