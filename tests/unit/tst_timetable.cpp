// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/timetable.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

QDateTime at(const QString &time)
{
    return QDateTime::fromString(u"2026-11-23T"_s + time + u'Z', Qt::ISODateWithMs);
}

/// Of \a cron in UTC, begun at noon.
Timetable timetable(const QString &cron)
{
    const auto made = Timetable::make({.cron = cron, .timeZone = u"UTC"_s});
    if (!std::holds_alternative<Timetable>(made))
        qFatal("%s", qPrintable(std::get<QString>(made)));
    Timetable table = std::get<Timetable>(made);
    table.begin(at(u"12:00:00"_s));
    return table;
}

const Timetable::Turn nothing{};
const Timetable::Turn due{.due = true};

} // namespace

class TestTimetable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsWrongWithAScheduleIsTold();
    void aRunIsDueOnceAndInItsTime();
    void aRunThatIsALittleLateIsDue();
    void aRunThatIsTooLateIsMissed();
    void ofSeveralRunsTheLastIsDueAndTheOthersAreMissed();
    void countingAndTellingHaveAnEnd();
    void aClockThatIsSetBackRepeatsNoFixedTime();
    void aClockThatIsCorrectedByManyHoursIsFollowed();
    void whatRunsAllTheTimeFollowsTheClockBack();
    void aClockThatIsSetRightByALittleRepeatsNothing();
    void aRunThatWasMissedMayComeAgain();
    void whatNeverComesIsNeverDue();
    void itsTimesAreThoseOfItsZone();
    void itFollowsTheMachineIntoAnotherZone();
    void aZoneOfItsOwnStays();
    void whatHasRunDoesNotRunAgainInTheNextZone_data();
    void whatHasRunDoesNotRunAgainInTheNextZone();
};

void TestTimetable::whatIsWrongWithAScheduleIsTold()
{
    const auto fault = [](const ScheduleSpec &spec) {
        const auto made = Timetable::make(spec);
        return std::holds_alternative<QString>(made) ? std::get<QString>(made) : QString();
    };
    QCOMPARE(fault({.cron = u"0 25 * * *"_s}), u"schedule: hour: 25 is above 23"_s);
    QVERIFY(fault({.cron = u"@daily"_s, .timeZone = u"Nowhere/Else"_s})
                .startsWith(u"schedule: no time zone \"Nowhere/Else\""_s));
    QCOMPARE(fault({.cron = u"@daily"_s}), QString());
}

void TestTimetable::aRunIsDueOnceAndInItsTime()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.next(), at(u"12:30:00"_s));
    QCOMPARE(table.advance(at(u"12:29:59.999"_s)), nothing);
    QCOMPARE(table.advance(at(u"12:30:00"_s)), due);
    QCOMPARE(table.next(), at(u"12:30:00"_s).addDays(1));
    QCOMPARE(table.advance(at(u"12:30:00.001"_s)), nothing);
}

void TestTimetable::aRunThatIsALittleLateIsDue()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.advance(at(u"12:31:00"_s)), due);
}

void TestTimetable::aRunThatIsTooLateIsMissed()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.advance(at(u"12:31:01.001"_s)),
        (Timetable::Turn{.missed = {.count = 1, .times = {at(u"12:30:00"_s)}}}));
    QCOMPARE(table.next(), at(u"12:30:00"_s).addDays(1));
}

void TestTimetable::ofSeveralRunsTheLastIsDueAndTheOthersAreMissed()
{
    Timetable table = timetable(u"*/10 * * * *"_s);
    QCOMPARE(table.advance(at(u"12:30:05"_s)),
        (Timetable::Turn{
            .due = true, .missed = {.count = 2, .times = {at(u"12:10:00"_s), at(u"12:20:00"_s)}}}));
    QCOMPARE(table.next(), at(u"12:40:00"_s));
}

void TestTimetable::countingAndTellingHaveAnEnd()
{
    Timetable table = timetable(u"* * * * * *"_s);
    const Timetable::Turn turn = table.advance(at(u"14:00:00"_s));
    QVERIFY(turn.due);
    QCOMPARE(turn.missed.count, 1000);
    QVERIFY(turn.missed.orMore);
    QCOMPARE(turn.missed.times.size(), 10);
    QCOMPARE(turn.missed.times.first(), at(u"12:00:01"_s));
    QCOMPARE(table.next(), at(u"14:00:01"_s));
}

void TestTimetable::aClockThatIsSetBackRepeatsNoFixedTime()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.advance(at(u"12:30:00"_s)), due);
    QCOMPARE(table.advance(at(u"10:00:00"_s)), nothing);
    QCOMPARE(table.next(), at(u"12:30:00"_s).addDays(1));
    QCOMPARE(table.advance(at(u"12:30:00"_s)), nothing);
}

void TestTimetable::aClockThatIsCorrectedByManyHoursIsFollowed()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.advance(at(u"12:30:00"_s)), due);
    QCOMPARE(table.advance(at(u"08:00:00"_s)), nothing);
    QCOMPARE(table.next(), at(u"12:30:00"_s));
}

void TestTimetable::whatRunsAllTheTimeFollowsTheClockBack()
{
    Timetable table = timetable(u"*/10 * * * *"_s);
    QCOMPARE(table.advance(at(u"12:10:00"_s)), due);
    QCOMPARE(table.advance(at(u"11:05:00"_s)), nothing);
    QCOMPARE(table.next(), at(u"11:10:00"_s));
    QCOMPARE(table.advance(at(u"11:10:00"_s)), due);
}

void TestTimetable::aClockThatIsSetRightByALittleRepeatsNothing()
{
    Timetable table = timetable(u"*/10 * * * *"_s);
    QCOMPARE(table.advance(at(u"12:10:00.010"_s)), due);
    QCOMPARE(table.advance(at(u"12:09:59.990"_s)), nothing);
    QCOMPARE(table.next(), at(u"12:20:00"_s));
}

void TestTimetable::aRunThatWasMissedMayComeAgain()
{
    Timetable table = timetable(u"30 12 * * *"_s);
    QCOMPARE(table.advance(at(u"14:00:00"_s)).missed.count, 1);
    QCOMPARE(table.advance(at(u"12:01:00"_s)), nothing); // the clock was wrong for a while
    QCOMPARE(table.advance(at(u"12:30:00"_s)), due);
}

void TestTimetable::whatNeverComesIsNeverDue()
{
    Timetable table = timetable(u"0 0 30 2 *"_s);
    QVERIFY(!table.next().isValid());
    QCOMPARE(table.advance(at(u"12:00:00"_s).addYears(5)), nothing);
}

void TestTimetable::itsTimesAreThoseOfItsZone()
{
    const auto made = Timetable::make({.cron = u"0 0 * * *"_s, .timeZone = u"UTC+02:00"_s});
    Timetable table = std::get<Timetable>(made);
    table.begin(at(u"12:00:00"_s));
    QCOMPARE(table.next(), at(u"22:00:00"_s));
    QCOMPARE(table.next().timeSpec(), Qt::UTC);
}

void TestTimetable::itFollowsTheMachineIntoAnotherZone()
{
    Timetable table = std::get<Timetable>(
        Timetable::make({.cron = u"30 20 * * *"_s}, QTimeZone("Europe/Berlin")));
    table.begin(at(u"12:00:00"_s));
    QCOMPARE(table.next(), at(u"19:30:00"_s));
    table.moveTo(QTimeZone("Asia/Tokyo"), at(u"12:10:00"_s));
    QCOMPARE(table.zone(), QTimeZone("Asia/Tokyo"));
    QCOMPARE(table.next(), at(u"11:30:00"_s).addDays(1));
    QCOMPARE(table.advance(at(u"19:30:00"_s)), nothing);
    QCOMPARE(table.advance(at(u"11:30:00"_s).addDays(1)), due);
}

void TestTimetable::aZoneOfItsOwnStays()
{
    Timetable table = timetable(u"30 20 * * *"_s);
    table.moveTo(QTimeZone("Asia/Tokyo"), at(u"12:10:00"_s));
    QCOMPARE(table.next(), at(u"20:30:00"_s));
    QCOMPARE(table.zone(), QTimeZone::utc());
}

void TestTimetable::whatHasRunDoesNotRunAgainInTheNextZone_data()
{
    QTest::addColumn<QString>("cron");
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QString>("next"); // by the clocks there
    const QString fixed = u"30 13 * * *"_s;
    QTest::newRow("an hour back") << fixed << QByteArray("Europe/London")
                                  << u"2026-11-24T13:30:00+00:00"_s;
    QTest::newRow("six hours back")
        << fixed << QByteArray("America/New_York") << u"2026-11-23T13:30:00-05:00"_s;
    QTest::newRow("ahead") << fixed << QByteArray("Asia/Tokyo") << u"2026-11-24T13:30:00+09:00"_s;
    QTest::newRow("all the time") << u"30 * * * *"_s << QByteArray("Europe/London")
                                  << u"2026-11-23T13:30:00+00:00"_s;
}

// Source: cron(8), for clocks that are set by less than three hours.
void TestTimetable::whatHasRunDoesNotRunAgainInTheNextZone()
{
    QFETCH(const QString, cron);
    QFETCH(const QByteArray, zone);
    QFETCH(const QString, next);
    Timetable table
        = std::get<Timetable>(Timetable::make({.cron = cron}, QTimeZone("Europe/Berlin")));
    table.begin(at(u"12:00:00"_s));
    QCOMPARE(table.advance(at(u"12:30:00"_s)), due);
    table.moveTo(QTimeZone(zone), at(u"12:40:00"_s));
    QCOMPARE(table.next().toTimeZone(QTimeZone(zone)).toString(Qt::ISODate), next);
}

QTEST_GUILESS_MAIN(TestTimetable)
#include "tst_timetable.moc"
