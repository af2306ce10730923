// SPDX-License-Identifier: GPL-3.0-or-later
// Menus and toolbar of the window.
#include "view/chartgrid.h"
#include "view/detailpane.h"
#include "view/eventlist.h"
#include "view/mainwindow.h"
#include "view/outputview.h"
#include "view/processactions.h"
#include "view/processtable.h"
#include "view/serverpage.h"
#include "view/shortcutsdialog.h"
#include "view/tintedicon.h"

#include <QActionGroup>
#include <QApplication>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QShortcut>
#include <QToolBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

QAction *MainWindow::addTo(QMenu *menu, const QString &icon, const QString &text,
    const QKeySequence &keys, const std::function<void()> &slot)
{
    QAction *action = menu->addAction(text);
    if (!icon.isEmpty())
        action->setIcon(tintedIcon(icon));
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, [slot] { slot(); });
    return action;
}

void MainWindow::buildServerMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Server"));
    addTo(menu, u"reconnect"_s, tr("&Reconnect"), Qt::Key_F5, [this] { reconnect(); });
    addTo(menu, u"server"_s, tr("&Choose another server…"), {}, [this] { search(false); });
    addTo(menu, u"connect"_s, tr("Connect to &socket…"), {}, [this] { askForSocket(); });
    menu->addSeparator();
    addTo(menu, u"quit"_s, tr("&Quit"), QKeySequence::Quit, [this] { close(); });
}

void MainWindow::buildProcessMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Process"));
    menu->addActions({m_actions->start(), m_actions->stop(), m_actions->restart()});
    menu->addSeparator();
    menu->addAction(m_actions->undo());
    menu->addSeparator();
    menu->addAction(m_actions->copy());
    addTo(menu, u"filter"_s, tr("&Filter"), QKeySequence::Find, [this] {
        m_serverPage->filterEdit()->setFocus(Qt::ShortcutFocusReason);
        m_serverPage->filterEdit()->selectAll();
    });
    auto *clear = new QShortcut(Qt::Key_Escape, m_serverPage);
    connect(clear, &QShortcut::activated, m_serverPage, &ServerPage::clearFilter);
}

void MainWindow::buildViewMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&View"));
    menu->addAction(m_pause);
    menu->addSeparator();
    QMenu *colours = menu->addMenu(tintedIcon(u"appearance"_s), tr("&Appearance"));
    m_appearances = new QActionGroup(this);
    const std::pair<Appearance, QString> choices[] = {{Appearance::System, tr("As the &desktop")},
        {Appearance::Light, tr("&Light")}, {Appearance::Dark, tr("Dar&k")}};
    for (const auto &[appearance, text] : choices) {
        QAction *action = m_appearances->addAction(colours->addAction(text));
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [appearance = appearance] {
            applyAppearance(appearance);
            QSettings().setValue("appearance"_L1, toString(appearance));
        });
    }
    menu->addSeparator();
    addTo(menu, u"layout"_s, tr("&Reset layout"), {}, [this] { resetLayout(); });
}

void MainWindow::buildHelpMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Help"));
    addTo(menu, u"keyboard"_s, tr("&Keyboard shortcuts"), Qt::Key_F1, [this] {
        auto *dialog = new ShortcutsDialog(this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    addTo(menu, u"about"_s, tr("&About Semper"), {}, [this] {
        QMessageBox::about(this, tr("About Semper"),
            tr("<b>Semper %1</b><p>Keeps user processes alive beside a Qt service, and shows "
               "how they are.</p><p>GPL-3.0-or-later</p>")
                .arg(QApplication::applicationVersion()));
    });
}

void MainWindow::buildToolBar()
{
    m_pause = new QAction(tintedIcon(u"pause"_s), tr("&Pause"), this);
    m_pause->setCheckable(true);
    m_pause->setToolTip(tr("Hold numbers, charts, output and order still (Space)"));
    m_pause->setShortcut(Qt::Key_Space);
    m_pause->setShortcutContext(Qt::WidgetShortcut); // elsewhere the space bar presses a button
    m_serverPage->table()->addAction(m_pause);
    m_serverPage->detail()->charts()->addAction(m_pause);
    m_serverPage->detail()->output()->addAction(m_pause);
    m_serverPage->detail()->events()->addAction(m_pause);
    connect(m_pause, &QAction::toggled, this, &MainWindow::setPaused);
    QToolBar *bar = addToolBar(tr("Processes"));
    bar->setObjectName("toolbar"_L1);
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(18, 18));
    bar->addActions({m_actions->start(), m_actions->stop(), m_actions->restart()});
    bar->addSeparator();
    bar->addAction(m_pause);
    for (QToolButton *button : bar->findChildren<QToolButton *>()) {
        if (button->defaultAction() == nullptr)
            continue; // the bar's own, for what has no room
        button->setAccessibleName(button->text());
        button->setFocusPolicy(Qt::TabFocus);
    }
}

} // namespace semper::dashboard
