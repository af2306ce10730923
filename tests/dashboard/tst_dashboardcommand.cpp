// SPDX-License-Identifier: GPL-3.0-or-later
// What the dashboard's program does in a terminal.
#include <QProcess>
#include <QTest>

using namespace Qt::StringLiterals;

class TestDashboardCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsOfItselfWithoutADisplay_data();
    void tellsOfItselfWithoutADisplay();
};

void TestDashboardCommand::tellsOfItselfWithoutADisplay_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("help") << u"--help"_s << QByteArray("--socket <path>");
    QTest::newRow("short help") << u"-h"_s << QByteArray("--socket <path>");
    QTest::newRow("version") << u"--version"_s << QByteArray("semper-dashboard ");
}

void TestDashboardCommand::tellsOfItselfWithoutADisplay()
{
    QFETCH(QString, option);
    QFETCH(QByteArray, told);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s})
        environment.remove(name);
    environment.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s);
    QProcess dashboard;
    dashboard.setProcessEnvironment(environment);
    dashboard.start(qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper-dashboard"_s, {option});
    QVERIFY(dashboard.waitForFinished());
    QCOMPARE(dashboard.exitStatus(), QProcess::NormalExit);
    QCOMPARE(dashboard.exitCode(), 0);
    const QByteArray output = dashboard.readAllStandardOutput();
    QVERIFY2(output.contains(told), output);
}

QTEST_GUILESS_MAIN(TestDashboardCommand)
#include "tst_dashboardcommand.moc"
