// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/mainwindow.h"

#include "view/connectionlabel.h"
#include "view/detailpane.h"
#include "view/elidedlabel.h"
#include "view/processactions.h"
#include "view/processtable.h"
#include "view/serverpage.h"
#include "view/startpage.h"

#include "protocol/keys.h"
#include "protocol/socketpath.h"
#include "watch/livesockets.h"

#include <QAction>
#include <QActionGroup>
#include <QCloseEvent>
#include <QInputDialog>
#include <QJsonArray>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::dashboard {

namespace {

constexpr int layoutVersion = 1;
constexpr auto pauseBetweenLooks = 1s;

/// "http 127.0.0.1:18306"
QString describeServices(const QJsonObject &server)
{
    QStringList services;
    const QJsonArray list = server.value(keys::services).toArray();
    for (const QJsonValue &value : list) {
        const QJsonObject service = value.toObject();
        QStringList words{service.value(keys::name).toString()};
        for (const QJsonValue &address : service.value(keys::addresses).toArray())
            words.append(address.toString().section(u"://"_s, -1)); // the name tells the scheme
        services.append(words.join(u' '));
    }
    return services.join(u"   "_s);
}

} // namespace

MainWindow::MainWindow(const QString &socketPath, QWidget *parent)
    : QMainWindow(parent)
    , m_pages(new QStackedWidget(this))
    , m_startPage(new StartPage(this))
    , m_serverPage(new ServerPage(&m_mirror, this))
    , m_actions(new ProcessActions(&m_mirror, m_serverPage->table()))
    , m_fixedSocket(!socketPath.isEmpty())
{
    setWindowIcon(QIcon(u":/icons/semper.svg"_s));
    setMinimumSize(640, 420);
    m_pages->addWidget(m_startPage);
    m_pages->addWidget(m_serverPage);
    setCentralWidget(m_pages);
    buildToolBar();
    buildServerMenu();
    buildProcessMenu();
    buildViewMenu();
    buildHelpMenu();
    buildStatusBar();
    restoreLayout();
    connect(&m_mirror, &ServerMirror::connectionChanged, this, &MainWindow::followConnection);
    m_nextLook.setSingleShot(true);
    connect(&m_nextLook, &QTimer::timeout, this, &MainWindow::lookForServers);
    connect(m_startPage, &StartPage::chosen, this, &MainWindow::connectTo);
    connect(m_serverPage, &ServerPage::secondPassed, this, &MainWindow::refreshConnection);
    connect(m_serverPage, &ServerPage::resumeWanted, this, [this] { m_pause->setChecked(false); });
    if (m_fixedSocket)
        connectTo(socketPath);
    else
        search(true);
}

MainWindow::~MainWindow()
{
    m_mirror.disconnect(this);
    m_mirror.disconnect(m_serverPage);
}

bool MainWindow::showsServer() const
{
    return m_pages->currentWidget() == m_serverPage;
}

QString MainWindow::connectionText() const
{
    return m_connection->text();
}

void MainWindow::setAppearance(Appearance appearance)
{
    applyAppearance(appearance);
    m_appearances->actions().at(int(appearance))->setChecked(true);
}

void MainWindow::resetLayout()
{
    QSettings().remove("layout"_L1);
    m_serverPage->resetLayout();
    resize(1280, 800);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    QSettings settings;
    settings.beginGroup("layout"_L1);
    settings.setValue("version"_L1, layoutVersion);
    settings.setValue("geometry"_L1, saveGeometry());
    m_serverPage->saveLayout(settings);
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    // Icons and shapes take their colour when they are painted.
    if (event->type() == QEvent::PaletteChange)
        for (QWidget *widget : findChildren<QWidget *>())
            widget->update();
}

void MainWindow::buildStatusBar()
{
    m_services = new ElidedLabel(this);
    m_services->setForegroundRole(QPalette::PlaceholderText);
    m_services->setContentsMargins(8, 0, 0, 0);
    m_connection = new ConnectionLabel(this);
    statusBar()->addWidget(m_services, 1);
    statusBar()->addPermanentWidget(m_connection);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::restoreLayout()
{
    QSettings settings;
    settings.beginGroup("layout"_L1);
    resize(1280, 800);
    if (settings.value("version"_L1).toInt() != layoutVersion)
        return;
    restoreGeometry(settings.value("geometry"_L1).toByteArray());
    m_serverPage->restoreLayout(settings);
}

void MainWindow::search(bool connectToTheOnlyOne, std::chrono::milliseconds after)
{
    m_fixedSocket = false;
    m_connectToTheOnlyOne = connectToTheOnlyOne;
    m_mirror.disconnectFromServer();
    m_startPage->showNone(socketDirectory());
    m_nextLook.start(after);
}

void MainWindow::lookForServers()
{
    m_nextLook.start(pauseBetweenLooks);
    const QStringList servers = liveSockets();
    if (m_connectToTheOnlyOne && servers.size() == 1) {
        connectTo(servers.first());
        return;
    }
    if (servers.isEmpty()) {
        m_connectToTheOnlyOne = true;
        m_startPage->showNone(socketDirectory());
    } else {
        m_startPage->showChoice(servers);
    }
}

void MainWindow::connectTo(const QString &socketPath)
{
    m_nextLook.stop();
    m_mirror.connectTo(socketPath);
}

void MainWindow::followConnection()
{
    const ServerWatch *watch = m_mirror.watch();
    if (m_mirror.hasSnapshot() && m_pages->currentWidget() != m_serverPage) {
        m_pages->setCurrentWidget(m_serverPage);
        m_serverPage->table()->setFocus();
    } else if (!m_mirror.hasSnapshot()) {
        m_pages->setCurrentWidget(m_startPage);
        if (watch != nullptr)
            m_startPage->showWaiting(watch->socketPath(), watch->problem());
    }
    // A server that was found and is gone before it said anything: any other will do.
    if (watch != nullptr && !m_fixedSocket && !m_mirror.hasSnapshot()
        && !watch->problem().isEmpty())
        QMetaObject::invokeMethod(
            this, [this] { search(m_connectToTheOnlyOne, pauseBetweenLooks); },
            Qt::QueuedConnection);
    m_pause->setEnabled(showsServer());
    const QString name = m_mirror.serverName();
    setWindowTitle(name.isEmpty() ? QString() : name);
    m_services->setText(watch != nullptr ? describeServices(watch->server()) : QString());
    refreshConnection();
}

void MainWindow::refreshConnection()
{
    m_connection->refresh(m_mirror);
}

void MainWindow::reconnect()
{
    if (m_mirror.watch() != nullptr)
        m_mirror.watch()->reconnect();
    else
        search(true);
}

void MainWindow::askForSocket()
{
    bool accepted = false;
    const QString path = QInputDialog::getText(this, tr("Connect to a server"),
        tr("Path of the server's socket:"), QLineEdit::Normal, socketDirectory() + u'/', &accepted);
    if (!accepted || path.trimmed().isEmpty())
        return;
    m_fixedSocket = true;
    connectTo(path.trimmed());
}

void MainWindow::setPaused(bool paused)
{
    m_serverPage->setPaused(paused);
}

} // namespace semper::dashboard
