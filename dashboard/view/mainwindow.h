// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/servermirror.h"
#include "view/appearance.h"

#include <QMainWindow>
#include <QTimer>

#include <chrono>

class QAction;
class QActionGroup;
class QLabel;
class QStackedWidget;

namespace semper::dashboard {

class ConnectionLabel;
class ElidedLabel;
class ProcessActions;
class ServerPage;
class StartPage;

/// The window: finds a server or waits for one, shows it, and never stops trying.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// An empty \a socketPath: look for servers of this user.
    explicit MainWindow(const QString &socketPath, QWidget *parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] ServerMirror &mirror() { return m_mirror; }
    [[nodiscard]] ServerPage *serverPage() const { return m_serverPage; }
    [[nodiscard]] StartPage *startPage() const { return m_startPage; }
    [[nodiscard]] ProcessActions *actions() const { return m_actions; }
    [[nodiscard]] bool showsServer() const;
    [[nodiscard]] QString connectionText() const;

    void setAppearance(Appearance appearance);
    void resetLayout();

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void buildServerMenu();
    void buildProcessMenu();
    void buildViewMenu();
    void buildHelpMenu();
    void buildToolBar();
    void buildStatusBar();
    QAction *addTo(QMenu *menu, const QString &icon, const QString &text, const QKeySequence &keys,
        const std::function<void()> &slot);
    void restoreLayout();
    void search(bool connectToTheOnlyOne, std::chrono::milliseconds after = {});
    void lookForServers();
    void connectTo(const QString &socketPath);
    void followConnection();
    void refreshConnection();
    void reconnect();
    void askForSocket();
    void setPaused(bool paused);

    ServerMirror m_mirror;
    QTimer m_nextLook; ///< for servers, while there is none to show
    QStackedWidget *m_pages;
    StartPage *m_startPage;
    ServerPage *m_serverPage;
    ProcessActions *m_actions;
    QAction *m_pause = nullptr;
    QActionGroup *m_appearances = nullptr;
    ElidedLabel *m_services = nullptr;
    ConnectionLabel *m_connection = nullptr;
    bool m_fixedSocket; ///< named by the person: wait for it, look for no other
    bool m_connectToTheOnlyOne = true;
};

} // namespace semper::dashboard
