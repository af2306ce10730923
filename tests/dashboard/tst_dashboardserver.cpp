// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include "view/detailpane.h"
#include "view/mainwindow.h"
#include "view/messagebar.h"
#include "view/outputview.h"
#include "view/processactions.h"
#include "view/processtable.h"
#include "view/serverpage.h"

#include "protocol/keys.h"

#include <QApplication>
#include <QFile>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <csignal>
#include <memory>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::dashboard;
using semper::test::helperProgram;
using semper::test::RunningServer;

namespace {

constexpr int patience = 20'000;

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)},
        {u"restart"_s, QJsonObject{{u"backoff_max_ms"_s, 200}}}};
}

} // namespace

/// The window with real clicks, a real server and real children.
class TestDashboardServer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aKilledProcessComesBackWithItsRestartCounted();
    void manyKillsAreCountedAsTheServerCountsThem();
    void stopStartAndRestartDoWhatTheySay();
    void outputAndMeasurementsArrive();
    void aKilledServerLeavesStaleDataAndANewOneIsLive();

private:
    void click(QAction *action);
    void select(const QString &name);
    [[nodiscard]] const ProcessStatus &status(const QString &name) const;
    [[nodiscard]] QString cell(const QString &name, ProcessModel::Column column) const;

    QTemporaryDir m_configuration;
    std::unique_ptr<RunningServer> m_server;
    std::unique_ptr<MainWindow> m_window;
};

void TestDashboardServer::initTestCase()
{
    QApplication::setOrganizationName(u"Semper"_s);
    QApplication::setApplicationName(u"tst_dashboardserver"_s);
    qputenv("XDG_CONFIG_HOME", m_configuration.path().toUtf8());
    QLocale::setDefault(QLocale::c());
    QVERIFY2(QFile::exists(helperProgram(u"sleeper"_s)), "build the target helpers first");
}

void TestDashboardServer::init()
{
    m_server = std::make_unique<RunningServer>(QJsonObject{
        {u"calm"_s, command({helperProgram(u"sleeper"_s)})},
        {u"talker"_s,
            command({u"/bin/sh"_s, u"-c"_s, u"while :; do echo some words; sleep 0.2; done"_s})}});
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    m_window = std::make_unique<MainWindow>(m_server->socketPath());
    m_window->resize(1100, 700);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    QTRY_VERIFY_WITH_TIMEOUT(m_window->showsServer(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(status(u"calm"_s).state, ProcessPhase::Running, patience);
    QTRY_COMPARE_WITH_TIMEOUT(status(u"talker"_s).state, ProcessPhase::Running, patience);
}

void TestDashboardServer::cleanup()
{
    m_window.reset();
    m_server.reset();
}

void TestDashboardServer::click(QAction *action)
{
    for (QToolButton *button : m_window->findChildren<QToolButton *>()) {
        if (button->defaultAction() != action)
            continue;
        QVERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        return;
    }
    QFAIL("no button in the toolbar has this action");
}

void TestDashboardServer::select(const QString &name)
{
    ProcessTable *table = m_window->serverPage()->table();
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        const QModelIndex index = table->model()->index(row, ProcessModel::Name);
        if (index.data() == name)
            QTest::mouseClick(
                table->viewport(), Qt::LeftButton, {}, table->visualRect(index).center());
    }
    QCOMPARE(table->currentProcess().name, name);
}

const ProcessStatus &TestDashboardServer::status(const QString &name) const
{
    static const ProcessStatus unknown;
    const ProcessRow *row = m_window->mirror().processes().find({name, 0});
    return row != nullptr ? row->status() : unknown;
}

QString TestDashboardServer::cell(const QString &name, ProcessModel::Column column) const
{
    const ProcessModel &model = m_window->mirror().processes();
    return model.index(model.indexOf({name, 0}).row(), column).data().toString();
}

void TestDashboardServer::aKilledProcessComesBackWithItsRestartCounted()
{
    for (int round = 1; round <= 5; ++round) {
        const qint64 pid = *status(u"calm"_s).pid;
        QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
        QTRY_VERIFY_WITH_TIMEOUT(status(u"calm"_s).pid && *status(u"calm"_s).pid != pid, patience);
        QTRY_COMPARE_WITH_TIMEOUT(
            cell(u"calm"_s, ProcessModel::Restarts), QString::number(round), patience);
    }
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"calm"_s, ProcessModel::State), u"Crash loop"_s, patience);
    QCOMPARE(m_window->mirror().processes().find({u"calm"_s, 0})->history()->restarts().size(), 5);
    QCOMPARE(cell(u"talker"_s, ProcessModel::Restarts), u"0"_s);
}

void TestDashboardServer::manyKillsAreCountedAsTheServerCountsThem()
{
    constexpr int kills = 20;
    // Killed as fast as a new one is seen, at whatever point of its launch that is.
    qint64 pid = 0;
    for (int round = 0; round < kills; ++round) {
        QTRY_VERIFY_WITH_TIMEOUT(
            status(u"calm"_s).pid.value_or(0) > 0 && *status(u"calm"_s).pid != pid, patience);
        pid = *status(u"calm"_s).pid;
        QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->process(u"calm"_s).value(keys::restarts).toInt(), kills, patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        cell(u"calm"_s, ProcessModel::Restarts), QString::number(kills), patience);
    const QJsonObject calm = m_server->process(u"calm"_s);
    QCOMPARE(calm.value(keys::restarts).toInt(), kills);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"calm"_s, ProcessModel::Pid),
        QString::number(calm.value(keys::pid).toInteger()), patience);
    QCOMPARE(m_server->process(u"talker"_s).value(keys::restarts).toInt(), 0);
    QCOMPARE(cell(u"talker"_s, ProcessModel::Restarts), u"0"_s);
}

void TestDashboardServer::stopStartAndRestartDoWhatTheySay()
{
    select(u"calm"_s);
    const qint64 first = *status(u"calm"_s).pid;
    click(m_window->actions()->restart());
    QTRY_VERIFY_WITH_TIMEOUT(status(u"calm"_s).pid && *status(u"calm"_s).pid != first, patience);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"calm"_s, ProcessModel::State), u"Running"_s, patience);
    QCOMPARE(status(u"calm"_s).restarts, 0); // it was asked for

    click(m_window->actions()->stop());
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"calm"_s, ProcessModel::State), u"Stopped"_s, patience);
    QCOMPARE(cell(u"calm"_s, ProcessModel::Pid), u"–"_s);
    QCOMPARE(status(u"talker"_s).state, ProcessPhase::Running);

    QTest::mouseClick(m_window->serverPage()->undoBar()->button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(cell(u"calm"_s, ProcessModel::State), u"Running"_s, patience);
}

void TestDashboardServer::outputAndMeasurementsArrive()
{
    select(u"talker"_s);
    OutputView *output = m_window->serverPage()->detail()->output();
    const auto shown = [output] {
        output->selectAll();
        return output->selectedText();
    };
    QTRY_VERIFY_WITH_TIMEOUT(shown().contains(u"some words"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(status(u"talker"_s).memoryBytes > 0, patience);
    QVERIFY(cell(u"talker"_s, ProcessModel::Memory) != u"–"_s);
}

void TestDashboardServer::aKilledServerLeavesStaleDataAndANewOneIsLive()
{
    const qint64 before = *status(u"calm"_s).pid;
    QCOMPARE(::kill(pid_t(m_server->serverPid()), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().processes().isStale(), patience);
    QVERIFY(m_window->serverPage()->banner()->isVisible());
    QVERIFY(!m_window->actions()->stop()->isEnabled());
    QCOMPARE(m_window->serverPage()->table()->model()->rowCount(), 2);

    QTRY_VERIFY_WITH_TIMEOUT(!m_server->isRunning(), patience);
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    QTRY_VERIFY_WITH_TIMEOUT(m_window->mirror().isLive(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(status(u"calm"_s).pid && *status(u"calm"_s).pid != before, patience);
    QVERIFY(!m_window->serverPage()->banner()->isVisible());
    QVERIFY(m_window->actions()->stop()->isEnabled());
}

QTEST_MAIN(TestDashboardServer)
#include "tst_dashboardserver.moc"
