// SPDX-License-Identifier: GPL-3.0-or-later
// What a process costs the server that runs it.
#include "support/descriptors.h"
#include "support/runningserver.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

QJsonObject sleepers(int count)
{
    QJsonObject processes;
    for (int i = 0; i < count; ++i)
        processes.insert(u"sleeper-%1"_s.arg(i),
            QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}});
    return processes;
}

/// The pids of those that run.
QList<qint64> running(RunningServer &server)
{
    QList<qint64> pids;
    const QJsonArray processes = server.get(u"/api/v1/processes"_s).toArray();
    for (const auto &process : processes)
        if (process[u"state"_s] == u"running"_s && process[u"ready"_s].toBool())
            pids.append(process[u"pid"_s].toInteger());
    return pids;
}

} // namespace

class TestIdle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aChildReadsNothingFromItsStandardInput();
    void aProcessTakesAtMostFourDescriptorsOfTheServer();
};

void TestIdle::aChildReadsNothingFromItsStandardInput()
{
    RunningServer server(sleepers(1));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(running(server).size(), 1, patience);
    QCOMPARE(
        QFile::symLinkTarget(u"/proc/%1/fd/0"_s.arg(running(server).constFirst())), u"/dev/null"_s);
}

void TestIdle::aProcessTakesAtMostFourDescriptorsOfTheServer()
{
    constexpr int count = 50;
    RunningServer server(sleepers(count));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(running(server).size(), count, patience);
    const qsizetype with = openDescriptors(server.serverPid()).size();
    for (int i = 0; i < count; ++i)
        QCOMPARE(server.post(u"/api/v1/processes/sleeper-%1/stop"_s.arg(i)).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(running(server).size(), 0, patience);
    const auto taken = [&] { return with - openDescriptors(server.serverPid()).size(); };
    // At least the two without which nobody hears of an end or of the output.
    QTRY_VERIFY_WITH_TIMEOUT(taken() >= 2 * count, patience);
    QVERIFY2(taken() <= 4 * count, qPrintable(QString::number(taken())));
}

QTEST_GUILESS_MAIN(TestIdle)
#include "tst_idle.moc"
