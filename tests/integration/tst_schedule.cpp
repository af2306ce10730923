// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/listener.h"
#include "support/runningserver.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

/// A helper that runs every second.
QJsonObject everySecond(const QStringList &words, QJsonObject more = {})
{
    more.insert(u"command"_s,
        QJsonArray::fromStringList(QStringList(helperProgram(words.first())) + words.sliced(1)));
    more.insert(u"schedule"_s, u"* * * * * *"_s);
    return more;
}

QJsonObject never(const QStringList &words)
{
    QJsonObject process = everySecond(words);
    process.insert(
        u"schedule"_s, QJsonObject{{u"cron"_s, u"0 0 30 2 *"_s}, {u"time_zone"_s, u"UTC"_s}});
    return process;
}

/// "it" once it has come to \a state; nothing if it did not. One look each time, for it goes on.
QJsonObject cameTo(RunningServer &server, const QString &state)
{
    QJsonObject it;
    const auto is = [&] { return (it = server.process(u"it"_s))[u"state"_s] == state; };
    return QTest::qWaitFor(is, patience) ? it : QJsonObject();
}

/// What the journal tells of a server, from its start on.
class Events
{
public:
    explicit Events(const RunningServer &server)
        : m_peer(server.socketPath())
    {
        m_peer.watch({u"events"_s}, {{u"after"_s, 0}});
    }

    /// Of "it", in their order.
    [[nodiscard]] QStringList types() const
    {
        QStringList types;
        for (const QJsonObject &event : all())
            types.append(event[u"type"_s].toString());
        return types;
    }
    [[nodiscard]] qsizetype count(const QString &type) const { return types().count(type); }
    [[nodiscard]] QJsonObject last(const QString &type) const
    {
        QJsonObject found;
        for (const QJsonObject &event : all())
            if (event[u"type"_s] == type)
                found = event;
        return found;
    }

    /// Runs that were missed. Not those of a machine that was busy for a second.
    [[nodiscard]] QList<QJsonObject> missed() const
    {
        QList<QJsonObject> found = all();
        found.removeIf([](const QJsonObject &event) {
            return event[u"type"_s] != u"missed"_s
                || event[u"reason"_s].toString().startsWith(u"the machine or the server"_s);
        });
        return found;
    }

private:
    [[nodiscard]] QList<QJsonObject> all() const
    {
        QList<QJsonObject> events;
        for (const QJsonObject &frame : m_peer.framesOf(u"event")) {
            const QJsonObject event = frame[u"event"_s].toObject();
            if (event[u"type"_s] == u"server_started"_s)
                events.clear(); // those of a server before
            if (event[u"process"_s] == u"it"_s)
                events.append(event);
        }
        return events;
    }

    HubPeer m_peer;
};

} // namespace

/// Real children of a real server that run by a schedule.
class TestSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itIsNotLaunchedBeforeItIsDue();
    void aSuccessIsDoneAndTheNextRunIsTold();
    void aFailureIsFailedAndTheNextRunComes();
    void aFailureIsTriedAgainWithinItsRun();
    void anOverlappingRunIsLeftOut();
    void anOverlappingRunFollows();
    void anOverlappingRunTakesTheOthersPlace();
    void aStopSuspendsAndAStartRunsNow();
    void aDueRunWaitsForWhatItDependsOn();
    void aServerWithAScheduleIsReadyAndEnds();
    void whatTheServerDidNotRunForIsTold_data();
    void whatTheServerDidNotRunForIsTold();
};

void TestSchedule::itIsNotLaunchedBeforeItIsDue()
{
    RunningServer server({{u"it"_s, never({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QJsonObject process = server.process(u"it"_s);
    QCOMPARE(process[u"state"_s], u"waiting"_s);
    QCOMPARE(process[u"wanted"_s], u"up"_s);
    QCOMPARE(process[u"reason"_s], u"its schedule never comes"_s);
    QVERIFY(process[u"next_start_at"_s].isNull());
    QVERIFY(process[u"last_exit"_s].isNull());
    const auto wait = server.command({u"wait"_s, u"it"_s, u"--timeout-ms"_s, u"15000"_s});
    QCOMPARE(wait.exitCode, 1);
    QCOMPARE(wait.standardError, "it: waiting: its schedule never comes\n");

    QCOMPARE(server.command({u"start"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"running"_s);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestSchedule::aSuccessIsDoneAndTheNextRunIsTold()
{
    RunningServer server({{u"it"_s, everySecond({u"exit-with"_s, u"0"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"exit"_s) >= 3, patience);
    QCOMPARE(events.types().constFirst(), u"waiting"_s);
    QVERIFY(!events.last(u"waiting"_s)[u"next_start_at"_s].toString().isEmpty());
    QCOMPARE(events.last(u"exit"_s)[u"decision"_s], u"done"_s);
    QVERIFY(!events.last(u"exit"_s)[u"next_start_at"_s].toString().isEmpty());

    const QJsonObject process = cameTo(server, u"done"_s);
    QCOMPARE(process[u"last_exit"_s][u"code"_s], 0);
    QCOMPARE(process[u"reason"_s], u"exited with code 0"_s);
    QCOMPARE(process[u"restarts"_s], 0);
    QVERIFY(process[u"next_start_at"_s].toString() > process[u"last_exit"_s][u"at"_s].toString());
    const auto tellsTheNext
        = [&] { return server.command({u"status"_s}).standardOutput.contains("next run in "); };
    QVERIFY(QTest::qWaitFor(tellsTheNext, patience)); // it is not told while one runs
}

void TestSchedule::aFailureIsFailedAndTheNextRunComes()
{
    RunningServer server({{u"it"_s, everySecond({u"exit-with"_s, u"3"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"failed"_s) >= 3, patience);
    QCOMPARE(events.last(u"exit"_s)[u"decision"_s], u"failed"_s);
    const QJsonObject process = cameTo(server, u"failed"_s);
    QCOMPARE(process[u"last_exit"_s][u"code"_s], 3);
    QVERIFY(process[u"next_start_at"_s].isString());
    QCOMPARE(process[u"restarts"_s], 0);
}

void TestSchedule::aFailureIsTriedAgainWithinItsRun()
{
    RunningServer server({{u"it"_s,
        everySecond({u"fail-once"_s, u"once"_s},
            {{u"restart"_s, QJsonObject{{u"policy"_s, u"on-failure"_s}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
}

void TestSchedule::anOverlappingRunIsLeftOut()
{
    RunningServer server({{u"it"_s, everySecond({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"skipped"_s) >= 2, patience);
    QCOMPARE(events.count(u"start"_s), 1);
    QCOMPARE(events.last(u"skipped"_s)[u"reason"_s], u"its run before is not over"_s);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"running"_s);
}

void TestSchedule::anOverlappingRunFollows()
{
    RunningServer server({{u"it"_s,
        everySecond({u"exit-with"_s, u"0"_s, u"2500"_s}, {{u"overlap"_s, u"queue"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"start"_s) >= 2, patience);
    const QStringList types = events.types();
    const qsizetype queued = types.indexOf(u"queued"_s);
    const qsizetype exit = types.indexOf(u"exit"_s);
    QVERIFY2(queued > types.indexOf(u"start"_s), qPrintable(types.join(u' ')));
    QVERIFY2(queued < exit, qPrintable(types.join(u' ')));
    QCOMPARE(types.sliced(exit + 1).value(0), u"start"_s); // it waited for nothing else
    QCOMPARE(events.last(u"exit"_s)[u"decision"_s], u"done"_s);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestSchedule::anOverlappingRunTakesTheOthersPlace()
{
    RunningServer server({{u"it"_s, everySecond({u"sleeper"_s}, {{u"overlap"_s, u"kill"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"start"_s) >= 3, patience);
    const QStringList types = events.types();
    QVERIFY2(types.indexOf(u"replaced"_s) < types.indexOf(u"exit"_s), qPrintable(types.join(u' ')));
    QVERIFY(events.count(u"replaced"_s) >= 2);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestSchedule::aStopSuspendsAndAStartRunsNow()
{
    RunningServer server({{u"it"_s, everySecond({u"exit-with"_s, u"0"_s})},
        {u"other"_s, everySecond({u"exit-with"_s, u"0"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"exit"_s) >= 1, patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QJsonObject process = server.process(u"it"_s);
    QCOMPARE(process[u"state"_s], u"stopped"_s);
    QVERIFY(process[u"next_start_at"_s].isNull());
    const qsizetype starts = events.count(u"start"_s);

    // Two seconds of another one's schedule.
    const QJsonValue before = server.process(u"other"_s)[u"last_exit"_s][u"at"_s];
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"other"_s)[u"last_exit"_s][u"at"_s] != before, patience);
    const QJsonValue between = server.process(u"other"_s)[u"last_exit"_s][u"at"_s];
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"other"_s)[u"last_exit"_s][u"at"_s] != between, patience);
    QCOMPARE(events.count(u"start"_s), starts);

    QCOMPARE(server.command({u"start"_s, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"start"_s) >= starts + 3, patience);
    QCOMPARE(events.missed().size(), 0); // it was meant not to run
}

void TestSchedule::aDueRunWaitsForWhatItDependsOn()
{
    QJsonObject database = everySecond({u"sleeper"_s}, {{u"enabled"_s, false}});
    database.remove(u"schedule"_s);
    RunningServer server({{u"db"_s, database},
        {u"it"_s,
            everySecond({u"exit-with"_s, u"0"_s}, {{u"depends_on"_s, QJsonArray{u"db"_s}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"it"_s)[u"reason"_s], u"waits for db, which is stopped"_s, patience);
    QCOMPARE(server.command({u"start"_s, u"db"_s}).exitCode, 0);
    QVERIFY(!cameTo(server, u"done"_s).isEmpty());
}

void TestSchedule::aServerWithAScheduleIsReadyAndEnds()
{
    RunningServer server(
        {{u"it"_s, never({u"sleeper"_s})}, {u"often"_s, everySecond({u"exit-with"_s, u"3"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(!server.get(u"/readyz"_s).isUndefined()); // 200
    QCOMPARE(server.stop(), 0);
}

void TestSchedule::whatTheServerDidNotRunForIsTold_data()
{
    QTest::addColumn<bool>("killed");
    QTest::addColumn<bool>("failedStart");
    QTest::newRow("stopped") << false << false;
    QTest::newRow("killed") << true << false;
    QTest::newRow("stopped, then one that could not start") << false << true;
}

void TestSchedule::whatTheServerDidNotRunForIsTold()
{
    QFETCH(const bool, killed);
    QFETCH(const bool, failedStart);
    const QJsonObject processes{
        {u"it"_s, everySecond({u"exit-with"_s, u"0"_s})}, {u"other"_s, never({u"sleeper"_s})}};
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log()));
    {
        const Events events(server);
        QTRY_VERIFY_WITH_TIMEOUT(events.count(u"exit"_s) >= 1, patience);
        QCOMPARE(events.missed().size(), 0);
    }
    if (killed) {
        QCOMPARE(::kill(pid_t(server.guardianPid()), SIGKILL), 0);
        QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    } else {
        QCOMPARE(server.stop(), 0);
    }
    const QDateTime down = QDateTime::currentDateTimeUtc();
    QTRY_VERIFY_WITH_TIMEOUT(
        down.secsTo(QDateTime::currentDateTimeUtc()) >= 2, patience); // two runs at least
    if (failedStart) {
        Listener taken;
        QVERIFY(taken.listen());
        server.configure(processes, {{u"control"_s, QJsonObject{{u"listen"_s, taken.address()}}}});
        QVERIFY(!server.start());
        server.configure(processes);
    }
    QVERIFY2(server.start(), qPrintable(server.log()));
    const Events events(server);
    QTRY_VERIFY_WITH_TIMEOUT(events.count(u"exit"_s) >= 1, patience);
    QCOMPARE(events.missed().size(), 1);
    const QJsonObject missed = events.missed().value(0);
    QVERIFY2(missed[u"count"_s].toInt() >= 2, qPrintable(server.log()));
    QCOMPARE(missed[u"times"_s].toArray().size(), std::min(10, missed[u"count"_s].toInt()));
    QCOMPARE(missed[u"reason"_s], u"the server did not run"_s);
    QVERIFY(!server.log().contains(u"other: missed"_s));
}

QTEST_GUILESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
