// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedhub.h"

#include "view/chartgrid.h"
#include "view/chipbar.h"
#include "view/detailpane.h"
#include "view/elidedlabel.h"
#include "view/eventlist.h"
#include "view/mainwindow.h"
#include "view/messagebar.h"
#include "view/outputview.h"
#include "view/processactions.h"
#include "view/processtable.h"
#include "view/serverpage.h"
#include "view/startpage.h"

#include "protocol/keys.h"
#include "protocol/socketpath.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QLocalServer>
#include <QLocalSocket>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTextDocumentFragment>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>
#include <memory>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::dashboard;

namespace {

constexpr int patience = 10'000;

} // namespace

/// The window as a person sees and uses it, against a hub that says what the test wants.
class TestDashboardWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void withoutAServerItSaysSoAndConnectsWhenOneAppears();
    void aStrangersFolderIsNotLookedInto();
    void withSeveralServersItOffersAChoice();
    void aServerThatTurnsItAwayIsNotPestered();
    void stopByMouseTellsItsIntentAndCanBeUndone();
    void aCommandGoesToTheProcessNotToItsRowWhenRowsMove();
    void aContextMenuActsOnWhatWasSelectedWhenItOpened();
    void theLagOfAnEventLoopIsTold();
    void aCriticalProcessIsAskedForFirst();
    void aRefusalIsShownInItsRow();
    void aLostServerTurnsEverythingStaleAndComesBackLive();
    void aServerThatHangsIsStaleToo();
    void nonsenseFromTheServerIsALoss();
    void filterAndChipsNarrowAndClear();
    void anEmptyServerSaysSo();
    void detailFollowsTheSelection();
    void whatAProcessSaysIsShownAsTextNotAsHtml();
    void outputFollowsUntilSomebodyScrollsUp();
    void keysDoWhatTheHelpSays();
    void everyFocusableWidgetHasAName();
    void aThousandProcessesAreShown();
    void nothingIsAnnouncedWhileHidden();
    void looksAreKeptAsPictures();

private:
    void openWindow();
    void click(QAction *action);
    [[nodiscard]] ProcessTable &table() const { return *m_window->serverPage()->table(); }
    [[nodiscard]] QRect rowRect(const QString &name) const;
    [[nodiscard]] QString cell(const QString &name, ProcessModel::Column column) const;
    void select(const QString &name);
    void saveLook(const QString &name, double scale = 1);
    /// Answers the next question by its button \a role, and tells what it said.
    [[nodiscard]] QString answerWhile(QMessageBox::ButtonRole role, QAction *action);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ScriptedHub> m_hub;
    std::unique_ptr<MainWindow> m_window;
    QString m_socket;
};

void TestDashboardWindow::initTestCase()
{
    QApplication::setOrganizationName(u"Semper"_s);
    QApplication::setApplicationName(u"tst_dashboardwindow"_s);
    QApplication::setApplicationDisplayName(u"Semper"_s);
    QLocale::setDefault(QLocale::c());
}

void TestDashboardWindow::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("XDG_CONFIG_HOME", m_folder->filePath(u"config"_s).toUtf8());
    qputenv("XDG_RUNTIME_DIR", m_folder->path().toUtf8());
    QVERIFY(QDir().mkpath(socketDirectory()));
    m_socket = defaultSocketPath(u"orders-1"_s);
    applyAppearance(Appearance::Light);
    m_hub = std::make_unique<ScriptedHub>();
    QVERIFY(m_hub->listen(m_socket));
    ProcessStatus failing = runningProcess(u"failing"_s);
    failing.state = ProcessPhase::Failed;
    failing.pid.reset();
    failing.reason = u"12 restarts within 60 s"_s;
    m_hub->setProcesses({runningProcess(u"alpha"_s), runningProcess(u"beta"_s), failing,
        runningProcess(u"gamma"_s)});
}

void TestDashboardWindow::cleanup()
{
    m_window.reset();
    m_hub.reset();
    m_folder.reset();
}

void TestDashboardWindow::openWindow()
{
    m_window = std::make_unique<MainWindow>(QString());
    m_window->resize(1100, 700);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get(), patience));
    QTRY_VERIFY_WITH_TIMEOUT(m_window->showsServer(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(table().model()->rowCount(), 4, patience);
}

void TestDashboardWindow::click(QAction *action)
{
    for (QToolButton *button : m_window->findChildren<QToolButton *>()) {
        if (button->defaultAction() != action)
            continue;
        QTest::mouseClick(button, Qt::LeftButton);
        return;
    }
    QFAIL("no button in the toolbar has this action");
}

QRect TestDashboardWindow::rowRect(const QString &name) const
{
    for (int row = 0; row < table().model()->rowCount(); ++row)
        if (table().model()->index(row, ProcessModel::Name).data() == name)
            return table().visualRect(table().model()->index(row, ProcessModel::Name));
    return {};
}

QString TestDashboardWindow::cell(const QString &name, ProcessModel::Column column) const
{
    const ProcessModel &model = m_window->mirror().processes();
    return model.index(model.indexOf({name, 0}).row(), column).data().toString();
}

void TestDashboardWindow::select(const QString &name)
{
    QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, rowRect(name).center());
    QCOMPARE(table().currentProcess().name, name);
}

void TestDashboardWindow::withoutAServerItSaysSoAndConnectsWhenOneAppears()
{
    m_hub->die();
    QDir(socketDirectory()).removeRecursively();
    m_window = std::make_unique<MainWindow>(QString());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    QVERIFY(!m_window->showsServer());
    QStringList texts;
    for (const QLabel *label : m_window->startPage()->findChildren<QLabel *>())
        if (label->isVisible())
            texts.append(label->text());
    QVERIFY2(texts.contains(u"No server is running"_s), qPrintable(texts.join(u'|')));
    QVERIFY(texts.contains(u"semper serve --demo"_s));
    QVERIFY(texts.join(u' ').contains(socketDirectory()));
    saveLook(u"no-server"_s);

    QVERIFY(QDir().mkpath(socketDirectory()));
    QVERIFY(m_hub->listen(m_socket));
    QTRY_VERIFY_WITH_TIMEOUT(m_window->showsServer(), patience);
}

void TestDashboardWindow::aStrangersFolderIsNotLookedInto()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    const QByteArray folder = QFile::encodeName(socketDirectory());
    QCOMPARE(::chown(folder.constData(), 65533, 65533), 0); // the hub still listens in it
    m_window = std::make_unique<MainWindow>(QString());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    const auto isTold = [this] {
        for (const QLabel *label : m_window->startPage()->findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(u"belongs to uid 65533"_s))
                return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isTold(), patience);
    QVERIFY(!m_window->showsServer());
    QCOMPARE(::chown(folder.constData(), 0, 0), 0);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->showsServer(), patience);
}

void TestDashboardWindow::withSeveralServersItOffersAChoice()
{
    ScriptedHub other;
    QVERIFY(other.listen(defaultSocketPath(u"other"_s)));
    other.setProcesses({runningProcess(u"elsewhere"_s)});
    m_window = std::make_unique<MainWindow>(QString());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    QPushButton *choice = nullptr;
    const auto find = [&] {
        for (QPushButton *button : m_window->startPage()->findChildren<QPushButton *>())
            if (button->text().contains(u"other.sock"_s))
                choice = button;
        return choice != nullptr;
    };
    QTRY_VERIFY_WITH_TIMEOUT(find(), patience);
    QVERIFY(!m_window->showsServer());
    saveLook(u"choice"_s);
    QTest::mouseClick(choice, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->showsServer(), patience);
    QCOMPARE(table().currentProcess().name, u"elsewhere"_s);
}

// It connected again at once, for ever.
void TestDashboardWindow::aServerThatTurnsItAwayIsNotPestered()
{
    m_hub->die();
    QLocalServer server;
    int connections = 0;
    connect(&server, &QLocalServer::newConnection, &server, [&] {
        while (QLocalSocket *socket = server.nextPendingConnection()) {
            ++connections;
            socket->disconnectFromServer();
        }
    });
    QVERIFY(server.listen(m_socket));
    QElapsedTimer time;
    time.start();
    m_window = std::make_unique<MainWindow>(QString());
    m_window->show();
    QTRY_VERIFY_WITH_TIMEOUT(connections > 4, patience); // two each time: to look, and to watch
    QVERIFY(time.elapsed() > 1500);
    QVERIFY(!m_window->showsServer());
}

void TestDashboardWindow::stopByMouseTellsItsIntentAndCanBeUndone()
{
    openWindow();
    select(u"beta"_s);
    click(m_window->actions()->stop());
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->commands(), QList<ScriptedHub::Command>({{u"stop"_s, u"beta:0"_s}}), patience);
    QVERIFY(cell(u"beta"_s, ProcessModel::State).startsWith(u"Stopping…"_s));
    ProcessStatus beta = m_hub->process(u"beta"_s);
    beta.state = ProcessPhase::Stopped;
    beta.wanted = Wanted::Down;
    beta.pid.reset();
    m_hub->setProcess(beta);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"beta"_s, ProcessModel::State), u"Stopped"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->serverPage()->undoBar()->isVisible(), patience);
    saveLook(u"undo"_s);
    QTest::mouseClick(m_window->serverPage()->undoBar()->button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->commands().size(), 2, patience);
    QCOMPARE(m_hub->commands().last(), (ScriptedHub::Command{u"start"_s, u"beta:0"_s}));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->serverPage()->undoBar()->isVisible(), patience);
}

void TestDashboardWindow::aCommandGoesToTheProcessNotToItsRowWhenRowsMove()
{
    openWindow();
    select(u"alpha"_s);
    const int before = table().currentIndex().row();
    ProcessStatus gamma = m_hub->process(u"gamma"_s);
    gamma.state = ProcessPhase::Failed; // moves above alpha
    m_hub->setProcess(gamma);
    QTRY_VERIFY_WITH_TIMEOUT(table().currentIndex().row() != before, patience);
    click(m_window->actions()->restart());
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->commands(), QList<ScriptedHub::Command>({{u"restart"_s, u"alpha:0"_s}}), patience);
}

void TestDashboardWindow::aContextMenuActsOnWhatWasSelectedWhenItOpened()
{
    openWindow();
    select(u"alpha"_s);
    Q_EMIT table().customContextMenuRequested(rowRect(u"alpha"_s).center());
    auto *menu = table().findChild<QMenu *>();
    QVERIFY(menu != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(menu->isVisible(), patience);
    const QStringList order = [this] {
        QStringList names;
        for (int row = 0; row < table().model()->rowCount(); ++row)
            names.append(table().model()->index(row, ProcessModel::Name).data().toString());
        return names;
    }();
    ProcessStatus gamma = m_hub->process(u"gamma"_s);
    gamma.state = ProcessPhase::Failed;
    m_hub->setProcess(gamma);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"gamma"_s, ProcessModel::State), u"Failed"_s, patience);
    table().resort();
    for (int row = 0; row < order.size(); ++row)
        QCOMPARE(table().model()->index(row, ProcessModel::Name).data().toString(), order.at(row));
    table().selectProcess({u"beta"_s, 0});
    // By key: newer menus obey no mouse that has not moved since they opened.
    menu->setActiveAction(menu->actions().at(1));
    QTest::keyClick(menu, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->commands(), QList<ScriptedHub::Command>({{u"stop"_s, u"alpha:0"_s}}), patience);
}

QString TestDashboardWindow::answerWhile(QMessageBox::ButtonRole role, QAction *action)
{
    QString said;
    QTimer poll;
    connect(&poll, &QTimer::timeout, this, [&said, role] {
        auto *question = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
        if (question == nullptr)
            return;
        said = question->text() + u' ' + question->informativeText();
        for (const QLabel *label : question->findChildren<QLabel *>())
            if (label->textFormat() != Qt::PlainText)
                said += u" (not as plain text)"_s;
        const QList<QAbstractButton *> buttons = question->buttons();
        for (QAbstractButton *button : buttons)
            if (question->buttonRole(button) == role)
                return button->click();
    });
    poll.start(20);
    click(action); // comes back once the question, if there is one, is answered
    return said;
}

void TestDashboardWindow::theLagOfAnEventLoopIsTold()
{
    openWindow();
    select(u"beta"_s);
    DetailPane *detail = m_window->serverPage()->detail();
    QVERIFY(!detail->headerText().contains(u"lag"_s));
    m_hub->sendMetrics(u"beta"_s, {{keys::loopLagMs, 1234}});
    const QString told = u"event loop lag %1 ms"_s.arg(QLocale().toString(1234));
    QTRY_VERIFY_WITH_TIMEOUT(detail->headerText().contains(told), patience);
}

void TestDashboardWindow::aCriticalProcessIsAskedForFirst()
{
    ProcessStatus alpha = runningProcess(u"alpha"_s);
    alpha.critical = true;
    m_hub->setProcess(alpha);
    openWindow();
    select(u"alpha"_s);
    QVERIFY(m_window->serverPage()->detail()->headerText().contains(u"critical"_s));
    QCOMPARE(answerWhile(QMessageBox::RejectRole, m_window->actions()->stop()),
        u"Stop 1 process(es)? alpha\nIt is critical."_s);
    QCOMPARE(answerWhile(QMessageBox::RejectRole, m_window->actions()->restart()),
        u"Restart 1 process(es)? alpha\nIt is critical."_s);
    select(u"beta"_s);
    QCOMPARE(answerWhile(QMessageBox::RejectRole, m_window->actions()->restart()), QString());
    select(u"alpha"_s);
    QVERIFY(!answerWhile(QMessageBox::AcceptRole, m_window->actions()->stop()).isEmpty());
    QCOMPARE(answerWhile(QMessageBox::RejectRole, m_window->actions()->start()), QString());
    const QList<ScriptedHub::Command> sent{
        {u"restart"_s, u"beta:0"_s}, {u"stop"_s, u"alpha:0"_s}, {u"start"_s, u"alpha:0"_s}};
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->commands(), sent, patience);
}

void TestDashboardWindow::aRefusalIsShownInItsRow()
{
    openWindow();
    m_hub->refuse(u"not while a backup runs"_s);
    select(u"alpha"_s);
    QTest::keyClick(&table(), Qt::Key_R, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"alpha"_s, ProcessModel::LastEvent),
        u"Restart failed: not while a backup runs"_s, patience);
    QCOMPARE(cell(u"alpha"_s, ProcessModel::State), u"Running"_s);
    QTRY_VERIFY_WITH_TIMEOUT(
        m_window->serverPage()->detail()->headerText().contains(u"not while a backup runs"_s),
        patience);
}

void TestDashboardWindow::aLostServerTurnsEverythingStaleAndComesBackLive()
{
    openWindow();
    select(u"alpha"_s);
    QVERIFY(m_window->actions()->stop()->isEnabled());
    m_hub->die();
    const MessageBar *banner = m_window->serverPage()->banner();
    QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), patience);
    QVERIFY(m_window->mirror().processes().isStale());
    static const QRegularExpression old(u"is ([2-9]|[1-9][0-9]) s old"_s);
    QTRY_VERIFY_WITH_TIMEOUT(banner->text().contains(old), patience);
    QVERIFY2(m_window->connectionText().contains(u"Disconnected"_s),
        qPrintable(m_window->connectionText()));
    for (QAction *action :
        {m_window->actions()->start(), m_window->actions()->stop(), m_window->actions()->restart()})
        QVERIFY(!action->isEnabled());
    QVERIFY(m_window->serverPage()->detail()->headerText().contains(u"not up to date"_s));
    // Not one coloured dot may look live.
    const QImage states = table().viewport()->grab().toImage();
    for (int y = 0; y < states.height(); ++y)
        for (int x = 4; x < 28; ++x)
            QVERIFY2(
                states.pixelColor(x, y).saturation() < 40, qPrintable(u"%1,%2"_s.arg(x).arg(y)));
    saveLook(u"stale"_s);

    ProcessStatus alpha = m_hub->process(u"alpha"_s);
    alpha.restarts = 7;
    m_hub->setProcesses({alpha, runningProcess(u"new"_s)});
    QVERIFY(m_hub->listen(m_socket));
    QTRY_VERIFY_WITH_TIMEOUT(!banner->isVisible(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(table().model()->rowCount(), 2, patience);
    QCOMPARE(cell(u"alpha"_s, ProcessModel::Restarts), u"7"_s);
    QVERIFY(m_window->actions()->stop()->isEnabled());
    QCOMPARE(table().currentProcess().name, u"alpha"_s);
}

void TestDashboardWindow::aServerThatHangsIsStaleToo()
{
    openWindow();
    m_hub->freeze();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().processes().isStale(), 15'000);
    QVERIFY(m_window->serverPage()->banner()->text().contains(u"does not answer"_s));
}

void TestDashboardWindow::nonsenseFromTheServerIsALoss()
{
    openWindow();
    bool lost = false;
    connect(&m_window->mirror(), &ServerMirror::connectionChanged, this,
        [&lost, this] { lost = lost || !m_window->mirror().isLive(); });
    m_hub->sendRaw("this is no frame\n");
    QTRY_VERIFY_WITH_TIMEOUT(lost, patience);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().isLive(), patience); // and tries again
    m_window->mirror().disconnect(this);
}

void TestDashboardWindow::filterAndChipsNarrowAndClear()
{
    openWindow();
    QTest::keyClick(&table(), Qt::Key_F, Qt::ControlModifier);
    QLineEdit *edit = m_window->serverPage()->filterEdit();
    QTRY_VERIFY_WITH_TIMEOUT(edit->hasFocus(), patience);
    QTest::keyClicks(edit, u"foo"_s);
    QCOMPARE(table().model()->rowCount(), 0);
    QPushButton *clear = m_window->serverPage()->clearButton();
    QVERIFY(clear->isVisible());
    const auto labels = clear->parentWidget()->findChildren<QLabel *>();
    QCOMPARE(labels.first()->text(), u"No process matches ‘foo’."_s);
    saveLook(u"no-match"_s);
    QTest::mouseClick(clear, Qt::LeftButton);
    QCOMPARE(table().model()->rowCount(), 4);
    QTest::mouseClick(m_window->serverPage()->chips()->chip(Severity::Failing), Qt::LeftButton);
    QCOMPARE(table().model()->rowCount(), 1);
    ProcessStatus failing = m_hub->process(u"failing"_s);
    failing.state = ProcessPhase::Running;
    failing.ready = true;
    m_hub->setProcess(failing);
    QTRY_COMPARE_WITH_TIMEOUT(table().model()->rowCount(), 0, patience);
}

void TestDashboardWindow::anEmptyServerSaysSo()
{
    openWindow();
    m_hub->setProcesses({});
    QTRY_COMPARE_WITH_TIMEOUT(table().model()->rowCount(), 0, patience);
    QVERIFY(!m_window->serverPage()->clearButton()->isVisible());
    saveLook(u"no-processes"_s);
}

void TestDashboardWindow::detailFollowsTheSelection()
{
    openWindow();
    DetailPane *detail = m_window->serverPage()->detail();
    m_hub->sendMetrics(u"beta"_s, {{keys::gauges, QJsonObject{{u"queue_depth"_s, 17}}}});
    m_hub->sendEvent(u"start"_s, u"beta"_s, {{keys::pid, 77}});
    m_hub->sendLines(u"beta"_s, {u"hello from beta"_s});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().output().find({u"beta"_s, 0}) != nullptr, patience);
    select(u"beta"_s);
    QVERIFY(detail->headerText().startsWith(u"beta · Running"_s));
    QTRY_COMPARE_WITH_TIMEOUT(detail->charts()->charts().size(), 3, patience);
    QCOMPARE(detail->charts()->charts().at(2)->valueText(), u"17"_s);
    QCOMPARE(detail->events()->model()->index(0, 0).data().toString(), u"started as pid 77"_s);
    detail->output()->selectAll();
    QCOMPARE(detail->output()->selectedText(), u"hello from beta"_s);
    select(u"failing"_s);
    QVERIFY(detail->headerText().contains(u"12 restarts within 60 s"_s));
    QCOMPARE(detail->events()->model()->rowCount(), 0);
    QCOMPARE(detail->charts()->charts().size(), 2);
}

void TestDashboardWindow::whatAProcessSaysIsShownAsTextNotAsHtml()
{
    const QString html = u"<b>x</b><img src='/etc/hostname'> & so on "_s.repeated(20);
    ProcessStatus status = runningProcess(u"beta"_s);
    status.state = ProcessPhase::Failed;
    status.pid.reset();
    status.critical = true;
    status.status = html;
    status.reason = html;
    status.className = html;
    openWindow();
    m_hub->setProcess(status);
    m_hub->sendEvent(u"failed"_s, u"beta"_s, {{keys::reason, html}});
    m_hub->sendMetrics(u"beta"_s, {{keys::gauges, QJsonObject{{html, 17}}}});
    select(u"beta"_s);
    DetailPane *detail = m_window->serverPage()->detail();
    QTRY_VERIFY_WITH_TIMEOUT(detail->headerText().contains(html), patience);
    QTRY_COMPARE_WITH_TIMEOUT(detail->events()->model()->rowCount(), 1, patience);

    // Of what Qt takes for HTML, what is left without its own tags must be the words themselves.
    const auto words = [](const QString &tip) {
        return Qt::mightBeRichText(tip) ? QTextDocumentFragment::fromHtml(tip).toPlainText() : tip;
    };
    const QModelIndex event = detail->events()->model()->index(0, 0);
    QCOMPARE(words(event.data(Qt::ToolTipRole).toString()).simplified(),
        event.data().toString().simplified());
    QVERIFY(event.data().toString().contains(html.trimmed()));
    const ProcessModel &model = m_window->mirror().processes();
    const int row = model.indexOf({u"beta"_s, 0}).row();
    for (int column = 0; column < model.columnCount(); ++column) {
        const QModelIndex cell = model.index(row, column);
        const QString whole = column == ProcessModel::State ? html : cell.data().toString();
        if (const QString tip = cell.data(Qt::ToolTipRole).toString(); !tip.isEmpty())
            QCOMPARE(words(tip).simplified(), whole.simplified());
    }
    const auto elided = m_window->findChildren<ElidedLabel *>();
    const auto cut = [&] {
        return std::ranges::count_if(elided, [&](const ElidedLabel *label) {
            return label->text().contains(html)
                && words(label->toolTip()).simplified() == label->text().simplified();
        });
    };
    QTRY_COMPARE_WITH_TIMEOUT(cut(), 2, patience); // facts and origin
    for (const QLabel *label : m_window->findChildren<QLabel *>())
        QVERIFY2(label->textFormat() == Qt::PlainText || label->text().isEmpty(),
            qPrintable(label->text()));
    QCOMPARE(answerWhile(QMessageBox::RejectRole, m_window->actions()->restart()),
        u"Restart 1 process(es)? beta\nIt is critical."_s);
}

void TestDashboardWindow::outputFollowsUntilSomebodyScrollsUp()
{
    openWindow();
    select(u"alpha"_s);
    QStringList lines;
    for (int i = 0; i < 200; ++i)
        lines.append(u"line %1"_s.arg(i));
    m_hub->sendLines(u"alpha"_s, lines);
    OutputView *output = m_window->serverPage()->detail()->output();
    QTRY_VERIFY_WITH_TIMEOUT(output->verticalScrollBar()->maximum() > 100, patience);
    QCOMPARE(output->verticalScrollBar()->value(), output->verticalScrollBar()->maximum());
    output->verticalScrollBar()->setValue(50);
    QVERIFY(!output->isFollowing());
    m_hub->sendLines(u"alpha"_s, {u"one more"_s, u"and another"_s});
    auto *pill = output->viewport()->findChild<QPushButton *>();
    QTRY_VERIFY_WITH_TIMEOUT(pill->isVisible(), patience);
    QVERIFY2(pill->text().contains(u'2'), qPrintable(pill->text()));
    QCOMPARE(output->verticalScrollBar()->value(), 50);
    QTest::mouseClick(pill, Qt::LeftButton);
    QVERIFY(output->isFollowing());
    QCOMPARE(output->verticalScrollBar()->value(), output->verticalScrollBar()->maximum());
}

void TestDashboardWindow::keysDoWhatTheHelpSays()
{
    openWindow();
    table().setFocus();
    select(u"gamma"_s);
    QTest::keyClick(&table(), Qt::Key_C, Qt::ControlModifier);
    const QStringList cells = QApplication::clipboard()->text().trimmed().split(u'\t');
    QCOMPARE(cells.value(0), u"Running"_s);
    QCOMPARE(cells.value(1), u"gamma"_s);
    QTest::keyClick(&table(), Qt::Key_Space);
    QVERIFY(m_window->mirror().processes().isPaused());
    QTest::keyClick(&table(), Qt::Key_Space);
    QVERIFY(!m_window->mirror().processes().isPaused());
    QTest::keyClick(&table(), Qt::Key_Delete);
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->commands(), QList<ScriptedHub::Command>({{u"stop"_s, u"gamma:0"_s}}), patience);
    QTest::keyClick(m_window.get(), Qt::Key_F5);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().isLive(), patience);
    QTest::keyClick(m_window.get(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<QDialog *>() != nullptr, patience);
}

void TestDashboardWindow::everyFocusableWidgetHasAName()
{
    openWindow();
    QStringList nameless;
    for (QWidget *widget : m_window->findChildren<QWidget *>()) {
        // What sits in a line of text or a scroll bar is the style's, and named by it.
        if (widget->focusPolicy() == Qt::NoFocus || qobject_cast<QScrollBar *>(widget) != nullptr
            || qobject_cast<QLineEdit *>(widget->parentWidget()) != nullptr)
            continue;
        QAccessibleInterface *face = QAccessible::queryAccessibleInterface(widget);
        if (face == nullptr || face->text(QAccessible::Name).isEmpty())
            nameless.append(u"%1 in %2"_s.arg(QLatin1StringView(widget->metaObject()->className()),
                QLatin1StringView(widget->parentWidget()->metaObject()->className())));
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u", "_s)));
}

void TestDashboardWindow::aThousandProcessesAreShown()
{
    openWindow();
    QList<ProcessStatus> processes;
    for (int i = 0; i < 1000; ++i)
        processes.append(runningProcess(u"worker"_s, i));
    m_hub->setProcesses(processes);
    QTRY_COMPARE_WITH_TIMEOUT(table().model()->rowCount(), 1000, patience);
    const auto *all = m_window->serverPage()->chips()->chip(std::nullopt);
    QVERIFY2(all->accessibleName().contains(u"1000"_s), qPrintable(all->accessibleName()));
}

void TestDashboardWindow::nothingIsAnnouncedWhileHidden()
{
    openWindow();
    const auto timers = m_window->serverPage()->findChildren<QTimer *>(
        QString(), Qt::FindDirectChildrenOnly); // that announce what changed, and count uptimes
    const auto areActive = [&timers] {
        return std::ranges::count_if(timers, [](const QTimer *timer) { return timer->isActive(); });
    };
    QVERIFY(areActive() == timers.size() && !timers.isEmpty());
    m_window->hide();
    QCOMPARE(areActive(), 0);
    int changes = 0;
    connect(&m_window->mirror().processes(), &ProcessModel::dataChanged, this,
        [&changes] { ++changes; });
    m_hub->sendMetrics(u"alpha"_s, {{keys::cpuRatio, 0.42}});
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"alpha"_s, ProcessModel::Cpu), u"42.0 %"_s, patience);
    QCOMPARE(changes, 0);
    QCOMPARE(areActive(), 0); // so that it stays so
    m_window->show();
    QTRY_VERIFY_WITH_TIMEOUT(changes > 0, patience);
    m_window->mirror().processes().disconnect(this);
}

void TestDashboardWindow::looksAreKeptAsPictures()
{
    openWindow();
    for (const auto look : {Appearance::Light, Appearance::Dark}) {
        m_window->setAppearance(look);
        QCoreApplication::processEvents();
        saveLook(toString(look));
        saveLook(toString(look) + u"@2x"_s, 2);
        // The table took the palette's base, whatever was there before.
        const QImage picture = table().viewport()->grab().toImage();
        const QPoint below = picture.rect().bottomRight() - QPoint(8, 8);
        const bool dark = picture.pixelColor(below).lightness() < 128;
        QCOMPARE(dark, look == Appearance::Dark);
    }
}

void TestDashboardWindow::saveLook(const QString &name, double scale)
{
    const QString folder
        = qEnvironmentVariable("SEMPER_TEST_BUILD", QDir::tempPath()) + u"/looks"_s;
    QVERIFY(QDir().mkpath(folder));
    QImage image(m_window->size() * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    m_window->render(&image);
    QVERIFY(image.save(folder + u'/' + name + u".png"_s));
}

QTEST_MAIN(TestDashboardWindow)
#include "tst_dashboardwindow.moc"
