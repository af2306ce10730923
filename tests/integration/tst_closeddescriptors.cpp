// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

} // namespace

class TestClosedDescriptors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServerWithoutThemRuns_data();
    void aServerWithoutThemRuns();
};

void TestClosedDescriptors::aServerWithoutThemRuns_data()
{
    QTest::addColumn<QString>("closing");
    QTest::newRow("0") << u"<&-"_s;
    QTest::newRow("1") << u">&-"_s;
    QTest::newRow("2") << u"2>&-"_s;
    QTest::newRow("0 and 1") << u"<&- >&-"_s;
    QTest::newRow("0 and 2") << u"<&- 2>&-"_s;
    QTest::newRow("1 and 2") << u">&- 2>&-"_s;
    QTest::newRow("all") << u"<&- >&- 2>&-"_s;
}

void TestClosedDescriptors::aServerWithoutThemRuns()
{
    QFETCH(const QString, closing);
    const QTemporaryDir folder;
    const QString said = folder.filePath(u"said"_s);
    QFile config(folder.filePath(u"semper.json"_s));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(uR"({"node": "closed", "control": {"listen": "127.0.0.1:0"},
        "services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {
            "it": {"command": ["/bin/sh", "-c", "ls -l /proc/$$/fd > %1; exec sleep 600"]}}}}})"_s
                     .arg(said)
                     .toUtf8());
    config.close();
    QProcess server;
    server.start(u"/bin/sh"_s,
        {u"-c"_s,
            u"exec %1 serve --config %2 --socket %3/s --state-directory %3/state %4"_s.arg(
                builtProgram(u"semper"_s), config.fileName(), folder.path(), closing)});
    QVERIFY(server.waitForStarted(patience));
    const auto state = [&] {
        QProcess status;
        status.start(builtProgram(u"semper"_s),
            {u"status"_s, u"--json"_s, u"--socket"_s, folder.filePath(u"s"_s)});
        status.waitForFinished(patience);
        return QJsonDocument::fromJson(status.readAllStandardOutput())[0][u"state"_s].toString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(state(), u"running"_s, patience);
    QFile list(said);
    QTRY_VERIFY_WITH_TIMEOUT(list.exists() && list.size() > 0, patience);
    QCOMPARE(server.state(), QProcess::Running);
    // Of the process: standard input from /dev/null, both outputs to the server.
    QVERIFY(list.open(QIODevice::ReadOnly));
    const QByteArray descriptors = list.readAll();
    QVERIFY2(descriptors.contains("0 -> /dev/null"), descriptors);
    QVERIFY2(descriptors.contains("2 -> pipe:"), descriptors);
    QCOMPARE(state(), u"running"_s);
    server.terminate();
    QVERIFY(server.waitForFinished(patience));
    QCOMPARE(server.exitStatus(), QProcess::NormalExit);
    QCOMPARE(server.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestClosedDescriptors)
#include "tst_closeddescriptors.moc"
