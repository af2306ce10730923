// SPDX-License-Identifier: GPL-3.0-or-later
// What a process costs the server that runs it.
#include "support/descriptors.h"
#include "support/runningserver.h"

#include <QDir>
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

/// How often the threads of \a pid have waited for something and woken up, all together.
qint64 wakeUps(qint64 pid)
{
    qint64 sum = 0;
    const QString tasks = u"/proc/%1/task"_s.arg(pid);
    for (const QString &task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile status(tasks + u'/' + task + u"/status"_s);
        if (!status.open(QIODevice::ReadOnly))
            continue;
        for (const QByteArray &line : status.readAll().split('\n'))
            if (line.startsWith("voluntary_ctxt_switches:"))
                sum += line.mid(line.indexOf(':') + 1).trimmed().toLongLong();
    }
    return sum;
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
    void whereNothingHappensNobodyWakesUp();
};

void TestIdle::aChildReadsNothingFromItsStandardInput()
{
    RunningServer server(sleepers(1));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(running(server).size(), 1, patience);
    const qint64 pid = running(server).value(0);
    QCOMPARE(QFile::symLinkTarget(u"/proc/%1/fd/0"_s.arg(pid)), u"/dev/null"_s);
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

void TestIdle::whereNothingHappensNobodyWakesUp()
{
    QJsonObject processes = sleepers(20);
    for (auto it = processes.begin(); it != processes.end(); ++it) {
        QJsonObject process = it.value().toObject();
        // The last that is due of a process that goes on running.
        process.insert(u"restart"_s, QJsonObject{{u"reset_after_ms"_s, 100}});
        it.value() = process;
    }
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log()));
    // By the local socket: a connection of HTTP that is kept has a time-out.
    QCOMPARE(server.command({u"wait"_s, u"--all"_s}).exitCode, 0);
    QFile children(u"/proc/%1/task/%1/children"_s.arg(server.guardianPid()));
    QVERIFY(children.open(QIODevice::ReadOnly));
    const qint64 pid = children.readAll().split(' ').constFirst().toLongLong();
    QVERIFY(pid > 0);
    const auto sum = [&] { return wakeUps(pid) + wakeUps(server.guardianPid()); };
    QVERIFY(sum() > 0);
    constexpr int longerThanAnyPeriod = 6000;
    qint64 woken = -1;
    // A machine that was paused or suspended wakes who waits, once.
    for (int tries = 0; tries < 15 && woken != 0; ++tries) {
        const qint64 before = sum();
        QTest::qWait(longerThanAnyPeriod);
        woken = sum() - before;
    }
    QCOMPARE(woken, 0);
    QVERIFY(server.isRunning());
}

QTEST_GUILESS_MAIN(TestIdle)
#include "tst_idle.moc"
