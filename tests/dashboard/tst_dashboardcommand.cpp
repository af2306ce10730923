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
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("told");
    const QByteArray help = "--socket <path>";
    QTest::newRow("help") << QStringList{u"--help"_s} << 0 << help;
    QTest::newRow("short help") << QStringList{u"-h"_s} << 0 << help;
    QTest::newRow("help beside an option of Qt's")
        << QStringList{u"-style"_s, u"fusion"_s, u"--help"_s} << 0 << help;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0 << QByteArray("semper-dashboard ");
    QTest::newRow("help in place of a value")
        << QStringList{u"--socket"_s, u"--help"_s} << 2 << help;
}

void TestDashboardCommand::tellsOfItselfWithoutADisplay()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    QFETCH(QByteArray, told);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s})
        environment.remove(name);
    environment.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s);
    QProcess dashboard;
    dashboard.setProcessEnvironment(environment);
    dashboard.start(qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper-dashboard"_s, words);
    QVERIFY(dashboard.waitForFinished());
    QCOMPARE(dashboard.exitStatus(), QProcess::NormalExit);
    QCOMPARE(dashboard.exitCode(), code);
    const QByteArray output = dashboard.readAllStandardOutput() + dashboard.readAllStandardError();
    QVERIFY2(output.contains(told), output);
}

QTEST_GUILESS_MAIN(TestDashboardCommand)
#include "tst_dashboardcommand.moc"
