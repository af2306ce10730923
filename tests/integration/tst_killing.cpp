// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QRandomGenerator>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

/// With every round only where time is no matter: ./dev test --long.
bool isLong()
{
    return qEnvironmentVariableIsSet("SEMPER_LONG_TESTS");
}

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}};
}

QMap<QString, int> restartsByName(const QJsonArray &processes)
{
    QMap<QString, int> restarts;
    for (const auto &process : processes)
        restarts.insert(process[u"name"_s].toString(), process[u"restarts"_s].toInt());
    return restarts;
}

qsizetype linesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
}

} // namespace

/// What has to hold however hard somebody swings `kill -9`.
class KillingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachOfTwoHundredKillsIsFollowedByANewProcess();
    void nothingOutlivesAKilledServerOrGuardian_data();
    void nothingOutlivesAKilledServerOrGuardian();
};

void KillingTest::eachOfTwoHundredKillsIsFollowedByANewProcess()
{
    const QJsonObject restart{{u"backoff_ms"_s, 5}, {u"backoff_max_ms"_s, isLong() ? 200 : 20}};
    const QStringList names{u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s};
    QJsonObject processes;
    QMap<QString, int> kills;
    for (const QString &name : names) {
        QJsonObject process = command({helperProgram(u"sleeper"_s)});
        process.insert(u"restart"_s, restart);
        processes.insert(name, process);
        kills.insert(name, 0);
    }
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log()));

    for (int i = 0; i < 200; ++i) {
        const QString name = names.at(QRandomGenerator::global()->bounded(int(names.size())));
        QTRY_COMPARE_WITH_TIMEOUT(
            server.process(name)[u"state"_s].toString(), u"running"_s, 20'000);
        const qint64 victim = server.process(name)[u"pid"_s].toInteger();
        QVERIFY(victim > 0);
        QCOMPARE(kill(pid_t(victim), SIGKILL), 0);
        ++kills[name];
        QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"restarts"_s].toInt(), kills[name], 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(server.process(name)[u"pid"_s].toInteger() > 0, 20'000);
        QVERIFY(server.process(name)[u"pid"_s].toInteger() != victim);
    }

    QCOMPARE(restartsByName(server.get(u"/api/v1/processes"_s).toArray()), kills);
    const RunningServer::Output status = server.command({u"status"_s, u"--json"_s});
    QCOMPARE(status.exitCode, 0);
    QCOMPARE(restartsByName(QJsonDocument::fromJson(status.standardOutput).array()), kills);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void KillingTest::nothingOutlivesAKilledServerOrGuardian_data()
{
    QTest::addColumn<bool>("killsServer");
    QTest::newRow("server") << true;
    QTest::newRow("guardian") << false;
}

void KillingTest::nothingOutlivesAKilledServerOrGuardian()
{
    QFETCH(const bool, killsServer);
    constexpr int rounds = 50;
    for (int round = 0; round < rounds; ++round) {
        RunningServer server({
            {u"escape-1"_s, command({helperProgram(u"escape"_s), u"escaped"_s})},
            {u"escape-2"_s, command({helperProgram(u"escape"_s), u"escaped"_s})},
            {u"grandchild"_s, command({helperProgram(u"grandchild"_s)})},
            {u"stubborn"_s, command({helperProgram(u"ignore-term"_s)})},
        });
        QVERIFY2(server.start(), qPrintable(server.log()));
        QTRY_COMPARE_WITH_TIMEOUT(linesOf(server.folder() + u"/escaped"_s), 2, 20'000);
        // Guardian and server, four children, two escaped ones and a grandchild.
        QTRY_VERIFY2_WITH_TIMEOUT(
            survivors(server.mark()).size() == 9, qPrintable(server.log()), 20'000);

        const qint64 victim = killsServer ? server.serverPid() : server.guardianPid();
        QVERIFY(victim > 0);
        QCOMPARE(kill(pid_t(victim), SIGKILL), 0);
        QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()), QList<qint64>(), 10'000);
        // What the server's other threads see of it is not for the log.
        QVERIFY2(!server.log().contains(u"QSocketNotifier"_s), qPrintable(server.log()));
    }
}

QTEST_GUILESS_MAIN(KillingTest)
#include "tst_killing.moc"
