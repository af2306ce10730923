// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"
#include "os/systemwallclock.h"
#include "os/zonewatch.h"
#include "supervisor/supervisor.h"
#include "support/fakelauncher.h"
#include "support/fakewallclock.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 10'000;

QDateTime at(const QString &time)
{
    return QDateTime::fromString(u"2026-11-23T"_s + time + u'Z', Qt::ISODate);
}

/// A supervisor of one process, "it", whose launches and whose clock on the wall are the test's.
class House
{
public:
    explicit House(ProcessSpec spec)
        : House(std::make_unique<FakeLauncher>(FakeManners{.obeys = true}),
            std::make_unique<FakeWallClock>(at(u"12:10:00"_s)), std::move(spec))
    { }

    [[nodiscard]] ProcessStatus it() const { return m_supervisor.processes().constFirst(); }
    [[nodiscard]] qsizetype launches() const { return m_launcher->launches.size(); }
    /// Ends the launch that is alive.
    void end(int code) { m_launcher->launches.last()->exit(code); }
    CommandResult command(const SupervisionCommand &command)
    {
        return m_supervisor.command(command);
    }
    [[nodiscard]] FakeWallClock &clock() { return *m_clock; }
    /// The events of \a type.
    [[nodiscard]] QList<QJsonObject> events(const QString &type) const
    {
        QList<QJsonObject> events;
        for (const QByteArray &event : m_journal.waiting().events)
            events.append(QJsonDocument::fromJson(event).object());
        events.removeIf([&](const QJsonObject &event) { return event[u"type"_s] != type; });
        return events;
    }

private:
    House(std::unique_ptr<FakeLauncher> launcher, std::unique_ptr<FakeWallClock> clock,
        ProcessSpec spec)
        : m_launcher(launcher.get())
        , m_clock(clock.get())
        , m_supervisor(std::move(launcher), std::move(clock), m_journal)
    {
        spec.command = QStringList{u"it"_s};
        spec.restart.jitterRatio = 0;
        m_supervisor.add(u"http"_s, u"it"_s, spec);
        m_supervisor.start();
    }

    FakeLauncher *m_launcher;
    FakeWallClock *m_clock;
    Journal m_journal;
    Supervisor m_supervisor;
};

ProcessSpec hourly()
{
    return {.schedule = ScheduleSpec{.cron = u"0 * * * *"_s, .timeZone = u"UTC"_s}};
}

} // namespace

/// What becomes of processes when somebody sets the clock on the wall.
class TestWallClock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aBackoffTakesAsLongAsEver_data();
    void aBackoffTakesAsLongAsEver();
    void aBackoffEndsWhateverTheClockShows();
    void anUptimeDoesNotJump();
    void theWindowOfRestartsDoesNotMove();
    void aScheduleFollowsTheClockBackAndForth();
    void aRunIsLeftAloneWhenTheClockLeaps();
    void whatIsSuspendedMissesNothing();
    void aScheduleFollowsTheMachineIntoAnotherZone();
    void noScheduleNoWakeUp();
    void anotherZoneIsSeenHoweverItCame_data();
    void anotherZoneIsSeenHoweverItCame();
    void theMachinesClockWakesInTimeAndForTheLastMomentAskedFor();
};

void TestWallClock::aBackoffTakesAsLongAsEver_data()
{
    QTest::addColumn<QString>("time");
    QTest::newRow("ahead") << u"19:10:00"_s;
    QTest::newRow("back") << u"03:10:00"_s;
}

void TestWallClock::aBackoffTakesAsLongAsEver()
{
    QFETCH(const QString, time);
    House house({.restart = {.firstDelay = 600s}});
    house.end(3);
    const auto isInTenMinutes = [&house](const QDateTime &now) {
        const auto left = std::chrono::milliseconds(now.msecsTo(house.it().nextStartAt));
        return house.it().state == ProcessPhase::Backoff && left > 500s && left <= 600s;
    };
    QVERIFY(isInTenMinutes(at(u"12:10:00"_s)));
    house.clock().set(at(time));
    QVERIFY(isInTenMinutes(at(time)));
    QCOMPARE(house.launches(), 1);
}

void TestWallClock::aBackoffEndsWhateverTheClockShows()
{
    House house({.restart = {.firstDelay = 300ms}});
    house.end(3);
    house.clock().set(at(u"03:10:00"_s)); // nine hours until the clock shows that time again
    QTRY_COMPARE_WITH_TIMEOUT(house.launches(), 2, patience);
    QCOMPARE(house.it().restarts, 1);
    QCOMPARE(house.it().startedAt, at(u"03:10:00"_s));
}

void TestWallClock::anUptimeDoesNotJump()
{
    House house({});
    for (const QString &time : {u"20:00:00"_s, u"01:00:00"_s}) {
        house.clock().set(at(time));
        QVERIFY(house.it().uptime < 1h);
        QVERIFY(house.it().uptime >= 0ms);
        QCOMPARE(house.it().state, ProcessPhase::Running);
    }
    house.end(0);
    QVERIFY(house.it().lastExit->uptime < 1h); // of which the backoff's reset is decided
    QVERIFY(house.it().lastExit->uptime >= 0ms);
}

void TestWallClock::theWindowOfRestartsDoesNotMove()
{
    House house({.restart = {.backoff = 1ms, .maxRestarts = 2, .window = 1h}});
    for (int i = 0; i < 2; ++i) {
        house.end(3);
        QTRY_COMPARE_WITH_TIMEOUT(house.launches(), i + 2, patience);
        house.clock().set(house.clock().now().addSecs(3 * 3600));
    }
    house.end(3);
    QCOMPARE(house.it().state, ProcessPhase::Failed);
}

void TestWallClock::aScheduleFollowsTheClockBackAndForth()
{
    House house(hourly());
    QCOMPARE(house.it().state, ProcessPhase::Waiting);
    QCOMPARE(house.it().nextStartAt, at(u"13:00:00"_s));
    QCOMPARE(house.clock().wakesAt(), at(u"13:00:00"_s));

    house.clock().set(at(u"08:30:00"_s));
    QCOMPARE(house.it().nextStartAt, at(u"09:00:00"_s));
    house.clock().set(at(u"12:59:00"_s));
    QCOMPARE(house.it().nextStartAt, at(u"13:00:00"_s));
    QCOMPARE(house.launches(), 0);
    QCOMPARE(house.events(u"missed"_s).size(), 1);
    const QJsonObject missed = house.events(u"missed"_s).constFirst();
    QCOMPARE(missed[u"count"_s], 4);
    QCOMPARE(missed[u"or_more"_s], false);
    QCOMPARE(missed[u"times"_s].toArray().first(), u"2026-11-23T09:00:00.000Z"_s);
    QCOMPARE(missed[u"times"_s].toArray().last(), u"2026-11-23T12:00:00.000Z"_s);

    house.clock().goOnTo(at(u"13:00:00"_s));
    QCOMPARE(house.launches(), 1);
    house.end(0);
    QCOMPARE(house.it().state, ProcessPhase::Done);
    QCOMPARE(house.it().nextStartAt, at(u"14:00:00"_s));
    QCOMPARE(house.it().restarts, 0);
    house.clock().goOnTo(at(u"14:00:00"_s));
    QCOMPARE(house.launches(), 2);
    QCOMPARE(house.events(u"missed"_s).size(), 1);
}

void TestWallClock::aRunIsLeftAloneWhenTheClockLeaps()
{
    House house(hourly());
    house.clock().goOnTo(at(u"13:00:00"_s));
    const auto pid = house.it().pid;
    for (const QString &time : {u"18:30:00"_s, u"09:30:00"_s}) {
        house.clock().set(at(time));
        QCOMPARE(house.it().state, ProcessPhase::Running);
        QCOMPARE(house.it().pid, pid);
    }
    QCOMPARE(house.launches(), 1);
    QCOMPARE(house.events(u"missed"_s).size(), 1);
    house.end(3);
    QCOMPARE(house.it().state, ProcessPhase::Failed);
    QCOMPARE(house.it().nextStartAt, at(u"10:00:00"_s));
}

void TestWallClock::whatIsSuspendedMissesNothing()
{
    House house(hourly());
    const auto command = [&house](CommandAction action) {
        QVERIFY(
            std::holds_alternative<qint64>(house.command({.action = action, .selector = u"it"_s})));
    };
    command(CommandAction::Stop);
    QVERIFY(!house.clock().wakesAt().isValid());
    house.clock().set(at(u"18:30:00"_s));
    QCOMPARE(house.it().state, ProcessPhase::Stopped);
    QVERIFY(!house.it().nextStartAt.isValid());
    command(CommandAction::Start);
    QCOMPARE(house.launches(), 1);
    house.end(0);
    QCOMPARE(house.it().nextStartAt, at(u"19:00:00"_s));
    QVERIFY(house.events(u"missed"_s).isEmpty());
}

void TestWallClock::aScheduleFollowsTheMachineIntoAnotherZone()
{
    House house({.schedule = ScheduleSpec{.cron = u"30 20 * * *"_s}});
    QCOMPARE(house.it().nextStartAt, at(u"20:30:00"_s));
    house.clock().moveTo(QTimeZone("Europe/Berlin"));
    QCOMPARE(house.it().nextStartAt, at(u"19:30:00"_s));
    QCOMPARE(house.clock().wakesAt(), at(u"19:30:00"_s));
    house.clock().goOnTo(at(u"19:30:00"_s));
    QCOMPARE(house.launches(), 1);
    house.end(0);
    QCOMPARE(house.it().nextStartAt, at(u"19:30:00"_s).addDays(1));
    QVERIFY(house.events(u"missed"_s).isEmpty());
}

void TestWallClock::anotherZoneIsSeenHoweverItCame_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("linked anew") << u"ln -sf b localtime"_s;
    QTest::newRow("moved over it") << u"ln -s b new; mv -f new localtime"_s;
    QTest::newRow("away and back") << u"rm localtime; ln -s b localtime"_s;
    QTest::newRow("a copy") << u"cp b new; mv -f new localtime"_s;
    QTest::newRow("away") << u"rm localtime"_s;
    QTest::newRow("written") << u"echo more > a"_s;
    QTest::newRow("its end exchanged") << u"cp b new; mv -f new a"_s;
}

void TestWallClock::anotherZoneIsSeenHoweverItCame()
{
    QFETCH(const QString, script);
    const QTemporaryDir folder;
    const auto run = [&folder](const QString &commands) {
        QProcess shell;
        shell.setWorkingDirectory(folder.path());
        shell.start(u"sh"_s, {u"-ec"_s, commands});
        return shell.waitForFinished(patience) && shell.exitCode() == 0;
    };
    QVERIFY(run(u"echo A > a; echo BB > b; ln -s a localtime"_s));
    const ZoneWatch watch(folder.filePath(u"localtime"_s));
    QSignalSpy changed(&watch, &ZoneWatch::changed);
    QVERIFY(run(u"echo x > other; rm other"_s)); // a neighbour is none of its business
    QVERIFY(run(script));
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), patience);
    changed.clear();
    QVERIFY(run(u"rm -f localtime; echo CCC > c; ln -s c localtime"_s)); // and seen again
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), patience);
}

void TestWallClock::noScheduleNoWakeUp()
{
    House house({});
    QVERIFY(!house.clock().wakesAt().isValid());
}

void TestWallClock::theMachinesClockWakesInTimeAndForTheLastMomentAskedFor()
{
    SystemWallClock clock;
    QSignalSpy reached(&clock, &WallClock::reached);
    clock.wakeAt(clock.now().addDays(1));
    const QDateTime soon = clock.now().addMSecs(100);
    clock.wakeAt(soon);
    QTRY_COMPARE_WITH_TIMEOUT(reached.count(), 1, patience);
    QVERIFY(clock.now() >= soon);
    clock.wakeAt(clock.now().addSecs(-10)); // what has passed comes at once
    QTRY_COMPARE_WITH_TIMEOUT(reached.count(), 2, patience);
}

QTEST_GUILESS_MAIN(TestWallClock)
#include "tst_wallclock.moc"
