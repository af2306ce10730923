// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/cronstepper.h"

#include "process/utc.h"
#include "supervision/cronschedule.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

/// Berlin, whatever the lawgivers will have done by then.
const char *const berlinRule = "CET-1CEST,M3.5.0,M10.5.0/3";

CronExpression parsed(const QString &text)
{
    auto result = parseCronExpression(text);
    if (const auto *faults = std::get_if<QStringList>(&result))
        qFatal("%s: %s", qPrintable(text), qPrintable(faults->join(u'\n')));
    return std::get<CronExpression>(result);
}

QDateTime at(const QString &stamp)
{
    return QDateTime::fromString(stamp, Qt::ISODateWithMs);
}

/// As many runs after \a after as asked, or up to where there are no more.
QStringList runsAfter(
    const QString &expression, const QTimeZone &zone, const QDateTime &after, qsizetype count)
{
    QStringList runs;
    auto run = nextRun(parsed(expression), after, zone);
    while (run && runs.size() < count) {
        runs.append(run->toString(Qt::ISODate));
        run = nextRun(parsed(expression), *run, zone);
    }
    return runs;
}

/// Adds rows of schedule, zone, a time, and the runs that follow it, separated by a blank.
class Rows
{
public:
    explicit Rows(const char *zone)
        : m_zone(zone)
    { }

    static void addColumns()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QByteArray>("zoneName");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QStringList>("runs");
    }

    void operator()(const char *expression, const char *after, const char *runs) const
    {
        QTest::addRow("%s | %s after %s", expression, m_zone, after)
            << QString::fromLatin1(expression) << QByteArray(m_zone) << QString::fromLatin1(after)
            << QString::fromLatin1(runs).split(u' ', Qt::SkipEmptyParts);
    }

private:
    const char *m_zone;
};

void compareRuns()
{
    QFETCH(QString, expression);
    QFETCH(QByteArray, zoneName);
    QFETCH(QString, after);
    QFETCH(QStringList, runs);
    const QTimeZone zone(zoneName);
    QVERIFY2(zone.isValid(), "no time zone data: install tzdata");
    QVERIFY(at(after).isValid());
    QCOMPARE(runsAfter(expression, zone, at(after), std::max<qsizetype>(runs.size(), 1)), runs);
}

/// A time at which something may go wrong: around a change of the clocks, or anywhere.
qint64 randomMoment(QRandomGenerator &random, const QTimeZone &zone)
{
    const qint64 anywhere = random.bounded(qint64(1975) * 31556952, qint64(2060) * 31556952)
        - qint64(1970) * 31556952;
    if (random.bounded(4) == 0)
        return anywhere;
    const auto change = zone.nextTransition(QDateTime::fromSecsSinceEpoch(anywhere, utcZone));
    if (!change.atUtc.isValid())
        return anywhere;
    return change.atUtc.toSecsSinceEpoch() + random.bounded(-36 * 3600, 3 * 3600);
}

const QList<QByteArray> &zones()
{
    // With changes of one hour, half an hour, two hours and a day, at midnight and a minute later,
    // of summer time, of the standard time, of both, and none.
    static const QList<QByteArray> names{"Europe/Berlin", "America/New_York", "UTC",
        "Australia/Lord_Howe", "Antarctica/Troll", "America/Sao_Paulo", "Pacific/Apia",
        "Africa/Casablanca", "Europe/Moscow", "Asia/Kolkata", "America/Havana", "Asia/Tehran",
        "America/St_Johns", "Europe/Dublin", "Asia/Kathmandu", "Pacific/Kwajalein"};
    return names;
}

} // namespace

/// Needs the time zone data of the machine (package tzdata).
class TestCronSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsFollowTheExpression_data();
    void runsFollowTheExpression() { compareRuns(); }
    void clocksPutForwardMakeFixedTimesRunOnceAfterTheGap_data();
    void clocksPutForwardMakeFixedTimesRunOnceAfterTheGap() { compareRuns(); }
    void clocksPutBackMakeFixedTimesRunOnce_data();
    void clocksPutBackMakeFixedTimesRunOnce() { compareRuns(); }
    void wildcardsGoByTheTimeThatClocksShow_data();
    void wildcardsGoByTheTimeThatClocksShow() { compareRuns(); }
    void whatNeverComesHasNoNextRun_data();
    void whatNeverComesHasNoNextRun();
    void everyDayThatEverComesIsFound();
    void aRunIsGivenInTheZoneAsked();
    void theZoneOfTheStartDoesNotMatter();
    void nonsenseHasNoNextRun();
    void runsAreThoseOfACronThatLooksAtEveryMinute_data();
    void runsAreThoseOfACronThatLooksAtEveryMinute();
    void runsAreThoseOfACronThatLooksAtEverySecond_data();
    void runsAreThoseOfACronThatLooksAtEverySecond();

private:
    static void compareWithStepper(bool withSeconds, qint64 span);
};

void TestCronSchedule::runsFollowTheExpression_data()
{
    Rows::addColumns();
    const Rows utc("UTC");
    // Strictly after, at whole seconds.
    utc("0 12 * * *", "2025-05-05T11:59:59Z", "2025-05-05T12:00:00+00:00");
    utc("0 12 * * *", "2025-05-05T11:59:59.999Z", "2025-05-05T12:00:00+00:00");
    utc("0 12 * * *", "2025-05-05T12:00:00Z", "2025-05-06T12:00:00+00:00");
    utc("0 12 * * *", "2025-05-05T12:00:00.001Z", "2025-05-06T12:00:00+00:00");
    utc("* * * * *", "2025-12-31T23:58:59Z", "2025-12-31T23:59:00+00:00 2026-01-01T00:00:00+00:00");
    utc("* * * * * *", "2025-01-01T00:00:00.500Z",
        "2025-01-01T00:00:01+00:00 2025-01-01T00:00:02+00:00");
    utc("*/20 59 23 * * *", "2025-02-28T23:59:10Z",
        "2025-02-28T23:59:20+00:00 2025-02-28T23:59:40+00:00 2025-03-01T23:59:00+00:00");
    utc("0 0 1 1 *", "1969-06-01T00:00:00.250Z", "1970-01-01T00:00:00+00:00");
    utc("59 59 23 31 12 *", "1969-01-01T00:00:00Z", "1969-12-31T23:59:59+00:00");
    // Lists, ranges, steps.
    utc("10-40/10 * * * *", "2025-05-05T11:35:00Z",
        "2025-05-05T11:40:00+00:00 2025-05-05T12:10:00+00:00");
    utc("5,55 8-9,20 * * *", "2025-05-05T08:30:00Z",
        "2025-05-05T08:55:00+00:00 2025-05-05T09:05:00+00:00 2025-05-05T09:55:00+00:00 "
        "2025-05-05T20:05:00+00:00 2025-05-05T20:55:00+00:00 2025-05-06T08:05:00+00:00");
    utc("*/25 * * * *", "2025-05-05T11:50:00Z",
        "2025-05-05T12:00:00+00:00 2025-05-05T12:25:00+00:00");
    utc("0 9-17 * * MON-FRI", "2025-05-02T17:00:00Z", "2025-05-05T09:00:00+00:00"); // a Friday
    // Ends of months.
    utc("0 0 31 * *", "2025-01-31T00:00:00Z",
        "2025-03-31T00:00:00+00:00 2025-05-31T00:00:00+00:00 2025-07-31T00:00:00+00:00 "
        "2025-08-31T00:00:00+00:00 2025-10-31T00:00:00+00:00 2025-12-31T00:00:00+00:00 "
        "2026-01-31T00:00:00+00:00");
    utc("0 0 30 2,4 *", "2025-02-01T00:00:00Z", "2025-04-30T00:00:00+00:00");
    utc("0 0 1 */6 *", "2025-05-05T00:00:00Z",
        "2025-07-01T00:00:00+00:00 2026-01-01T00:00:00+00:00");
    utc("59 23 28-31 2 *", "2024-02-28T12:00:00Z",
        "2024-02-28T23:59:00+00:00 2024-02-29T23:59:00+00:00 2025-02-28T23:59:00+00:00");
    // Leap years.
    utc("0 0 29 2 *", "2024-02-29T00:00:00Z",
        "2028-02-29T00:00:00+00:00 2032-02-29T00:00:00+00:00");
    utc("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00+00:00");
    utc("0 0 29 2 *", "1999-03-01T00:00:00Z", "2000-02-29T00:00:00+00:00");
    // Both days: either of them, unless one starts with '*'.
    utc("0 0 13 * FRI", "2025-06-01T00:00:00Z",
        "2025-06-06T00:00:00+00:00 2025-06-13T00:00:00+00:00 2025-06-20T00:00:00+00:00 "
        "2025-06-27T00:00:00+00:00 2025-07-04T00:00:00+00:00 2025-07-11T00:00:00+00:00 "
        "2025-07-13T00:00:00+00:00");
    utc("30 4 1,15 * 5", "2025-05-01T00:00:00Z", // the example of crontab(5)
        "2025-05-01T04:30:00+00:00 2025-05-02T04:30:00+00:00 2025-05-09T04:30:00+00:00 "
        "2025-05-15T04:30:00+00:00 2025-05-16T04:30:00+00:00");
    utc("0 0 */2 * MON", "2025-06-01T00:00:00Z",
        "2025-06-09T00:00:00+00:00 2025-06-23T00:00:00+00:00 2025-07-07T00:00:00+00:00");
    utc("0 0 29 2 */7", "2060-03-01T00:00:00Z",
        "2088-02-29T00:00:00+00:00 2128-02-29T00:00:00+00:00");
    utc("0 0 ? * 7", "2025-06-01T00:00:00Z", "2025-06-08T00:00:00+00:00");
    utc("0 0 * * 0", "2025-06-01T00:00:00Z", "2025-06-08T00:00:00+00:00");
    // The last ones of a month.
    utc("0 0 L * *", "2024-01-31T00:00:00Z",
        "2024-02-29T00:00:00+00:00 2024-03-31T00:00:00+00:00 2024-04-30T00:00:00+00:00");
    utc("0 0 L-2,15 2 *", "2025-01-01T00:00:00Z",
        "2025-02-15T00:00:00+00:00 2025-02-26T00:00:00+00:00 2026-02-15T00:00:00+00:00");
    utc("0 0 L-30 * *", "2025-01-01T00:00:00Z", // only where there are 31
        "2025-03-01T00:00:00+00:00 2025-05-01T00:00:00+00:00");
    utc("0 18 * * FRIL", "2025-05-01T00:00:00Z",
        "2025-05-30T18:00:00+00:00 2025-06-27T18:00:00+00:00 2025-07-25T18:00:00+00:00");
    utc("0 0 L * FRIL", "2025-05-01T00:00:00Z", // either of them
        "2025-05-30T00:00:00+00:00 2025-05-31T00:00:00+00:00 2025-06-27T00:00:00+00:00");
    utc("0 0 * * SUNL", "2025-08-01T00:00:00Z", "2025-08-31T00:00:00+00:00");
    // Over the end.
    utc("0 22-1 * * *", "2025-05-05T12:00:00Z",
        "2025-05-05T22:00:00+00:00 2025-05-05T23:00:00+00:00 2025-05-06T00:00:00+00:00 "
        "2025-05-06T01:00:00+00:00 2025-05-06T22:00:00+00:00");
    utc("0 0 * * FRI-MON", "2025-05-05T12:00:00Z",
        "2025-05-09T00:00:00+00:00 2025-05-10T00:00:00+00:00 2025-05-11T00:00:00+00:00 "
        "2025-05-12T00:00:00+00:00 2025-05-16T00:00:00+00:00");
    utc("0 0 1 NOV-JAN *", "2025-05-05T12:00:00Z",
        "2025-11-01T00:00:00+00:00 2025-12-01T00:00:00+00:00 2026-01-01T00:00:00+00:00 "
        "2026-11-01T00:00:00+00:00");
    // Macros.
    utc("@yearly", "2025-05-05T12:00:00Z", "2026-01-01T00:00:00+00:00 2027-01-01T00:00:00+00:00");
    utc("@monthly", "2025-11-05T12:00:00Z", "2025-12-01T00:00:00+00:00 2026-01-01T00:00:00+00:00");
    utc("@weekly", "2025-05-05T12:00:00Z", "2025-05-11T00:00:00+00:00 2025-05-18T00:00:00+00:00");
    utc("@daily", "2025-05-31T12:00:00Z", "2025-06-01T00:00:00+00:00 2025-06-02T00:00:00+00:00");
    utc("@hourly", "2025-05-31T22:30:00Z", "2025-05-31T23:00:00+00:00 2025-06-01T00:00:00+00:00");
    // Other zones.
    Rows("Asia/Kolkata")("0 0 * * *", "2025-05-05T18:29:59Z", "2025-05-06T00:00:00+05:30");
    Rows("UTC-08:00")("0 6 1 * *", "2025-05-05T00:00:00Z", "2025-06-01T06:00:00-08:00");
    Rows("Europe/Berlin")("0 12 1 */3 *", "2025-01-02T00:00:00Z",
        "2025-04-01T12:00:00+02:00 2025-07-01T12:00:00+02:00 2025-10-01T12:00:00+02:00 "
        "2026-01-01T12:00:00+01:00");
    const Rows rule(berlinRule);
    rule("0 12 1 1,7 *", "2080-01-02T00:00:00Z",
        "2080-07-01T12:00:00+02:00 2081-01-01T12:00:00+01:00");
}

void TestCronSchedule::clocksPutForwardMakeFixedTimesRunOnceAfterTheGap_data()
{
    Rows::addColumns();
    const Rows berlin("Europe/Berlin"); // 2025-03-30, from 02:00 to 03:00
    berlin("30 2 * * *", "2025-03-29T00:00:00+01:00",
        "2025-03-29T02:30:00+01:00 2025-03-30T03:00:00+02:00 2025-03-31T02:30:00+02:00");
    berlin("0 2 * * *", "2025-03-29T12:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T02:00:00+02:00");
    berlin("59 59 2 * * *", "2025-03-30T01:59:59+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T02:59:59+02:00");
    berlin("0,15,30,45 2 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T02:00:00+02:00");
    berlin("* 30 2 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T02:30:00+02:00 2025-03-31T02:30:01+02:00");
    berlin("30 2,3 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-30T03:30:00+02:00 2025-03-31T02:30:00+02:00");
    berlin("0 2,3 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T02:00:00+02:00");
    berlin("0 0-23 * * *", "2025-03-30T00:30:00+01:00",
        "2025-03-30T01:00:00+01:00 2025-03-30T03:00:00+02:00 2025-03-30T04:00:00+02:00");
    berlin("0 3 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2025-03-31T03:00:00+02:00");
    berlin("59 1 * * *", "2025-03-30T00:00:00+01:00",
        "2025-03-30T01:59:00+01:00 2025-03-31T01:59:00+02:00");
    berlin("30 2 * * MON", "2025-03-29T12:00:00+01:00", "2025-03-31T02:30:00+02:00");
    berlin("30 2 30 3 *", "2024-12-01T00:00:00+01:00",
        "2025-03-30T03:00:00+02:00 2026-03-30T02:30:00+02:00");
    // The first moment after the gap is behind: what the gap took does not come again.
    berlin("30 2 * * *", "2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00");
    berlin("30 2 * * *", "2025-03-30T03:10:00+02:00", "2025-03-31T02:30:00+02:00");
    const Rows rule(berlinRule);
    rule("30 2 * * *", "2050-03-26T12:00:00+01:00",
        "2050-03-27T03:00:00+02:00 2050-03-28T02:30:00+02:00");
    const Rows newYork("America/New_York"); // 2025-03-09, from 02:00 to 03:00
    newYork("15 2 * * *", "2025-03-08T12:00:00-05:00",
        "2025-03-09T03:00:00-04:00 2025-03-10T02:15:00-04:00");
    newYork("0 0 * * *", "2025-03-08T12:00:00-05:00",
        "2025-03-09T00:00:00-05:00 2025-03-10T00:00:00-04:00");
    const Rows saoPaulo("America/Sao_Paulo"); // 2018-11-04, from 00:00 to 01:00
    saoPaulo("@daily", "2018-11-03T12:00:00-03:00",
        "2018-11-04T01:00:00-02:00 2018-11-05T00:00:00-02:00");
    saoPaulo("59 23 * * *", "2018-11-03T12:00:00-03:00",
        "2018-11-03T23:59:00-03:00 2018-11-04T23:59:00-02:00");
    const Rows lordHowe("Australia/Lord_Howe"); // 2025-10-05, from 02:00 to 02:30
    lordHowe("10,40 2 * * *", "2025-10-04T12:00:00+10:30",
        "2025-10-05T02:30:00+11:00 2025-10-05T02:40:00+11:00 2025-10-06T02:10:00+11:00");
    const Rows apia("Pacific/Apia"); // without 2011-12-30
    apia("0 12 * * *", "2011-12-29T00:00:00-10:00",
        "2011-12-29T12:00:00-10:00 2011-12-31T00:00:00+14:00 2011-12-31T12:00:00+14:00");
}

void TestCronSchedule::clocksPutBackMakeFixedTimesRunOnce_data()
{
    Rows::addColumns();
    const Rows berlin("Europe/Berlin"); // 2025-10-26, from 03:00 to 02:00
    berlin("30 2 * * *", "2025-10-25T12:00:00+02:00",
        "2025-10-26T02:30:00+02:00 2025-10-27T02:30:00+01:00");
    berlin("0 2 * * *", "2025-10-25T12:00:00+02:00",
        "2025-10-26T02:00:00+02:00 2025-10-27T02:00:00+01:00");
    berlin("0 3 * * *", "2025-10-25T12:00:00+02:00",
        "2025-10-26T03:00:00+01:00 2025-10-27T03:00:00+01:00");
    berlin("59 59 2 * * *", "2025-10-25T12:00:00+02:00",
        "2025-10-26T02:59:59+02:00 2025-10-27T02:59:59+01:00");
    berlin("0,30 1-3 * * *", "2025-10-26T00:00:00+02:00",
        "2025-10-26T01:00:00+02:00 2025-10-26T01:30:00+02:00 2025-10-26T02:00:00+02:00 "
        "2025-10-26T02:30:00+02:00 2025-10-26T03:00:00+01:00 2025-10-26T03:30:00+01:00");
    // From within the hour that comes twice: the first one, then the second.
    berlin("30 2 * * *", "2025-10-26T02:10:00+02:00",
        "2025-10-26T02:30:00+02:00 2025-10-27T02:30:00+01:00");
    berlin("30 2 * * *", "2025-10-26T02:45:00+02:00", "2025-10-27T02:30:00+01:00");
    berlin("30 2 * * *", "2025-10-26T02:00:00+01:00", "2025-10-27T02:30:00+01:00");
    berlin("30 2 * * *", "2025-10-26T02:10:00+01:00", "2025-10-27T02:30:00+01:00");
    berlin("30 2 26 10 *", "2025-10-26T02:10:00+01:00", "2026-10-26T02:30:00+01:00");
    const Rows rule(berlinRule);
    rule("30 2 * * *", "2050-10-29T12:00:00+02:00",
        "2050-10-30T02:30:00+02:00 2050-10-31T02:30:00+01:00");
    const Rows newYork("America/New_York"); // 2025-11-02, from 02:00 to 01:00
    newYork("30 1 * * *", "2025-11-01T12:00:00-04:00",
        "2025-11-02T01:30:00-04:00 2025-11-03T01:30:00-05:00");
    newYork("0 2 * * *", "2025-11-01T12:00:00-04:00",
        "2025-11-02T02:00:00-05:00 2025-11-03T02:00:00-05:00");
    const Rows saoPaulo("America/Sao_Paulo"); // 2019-02-17, from 00:00 to 23:00 the day before
    saoPaulo("@daily", "2019-02-16T12:00:00-02:00",
        "2019-02-17T00:00:00-03:00 2019-02-18T00:00:00-03:00");
    saoPaulo("30 23 * * SAT", "2019-02-16T12:00:00-02:00",
        "2019-02-16T23:30:00-02:00 2019-02-23T23:30:00-03:00");
    const Rows moscow("Europe/Moscow"); // 2014-10-26, from 02:00 to 01:00, both standard time
    moscow("30 1 * * *", "2014-10-25T12:00:00+04:00",
        "2014-10-26T01:30:00+04:00 2014-10-27T01:30:00+03:00");
}

void TestCronSchedule::wildcardsGoByTheTimeThatClocksShow_data()
{
    Rows::addColumns();
    const Rows berlin("Europe/Berlin");
    berlin("0 * * * *", "2025-03-30T00:30:00+01:00",
        "2025-03-30T01:00:00+01:00 2025-03-30T03:00:00+02:00 2025-03-30T04:00:00+02:00");
    berlin("@hourly", "2025-10-26T01:30:00+02:00",
        "2025-10-26T02:00:00+02:00 2025-10-26T02:00:00+01:00 2025-10-26T03:00:00+01:00");
    berlin("*/30 * * * *", "2025-10-26T02:15:00+02:00",
        "2025-10-26T02:30:00+02:00 2025-10-26T02:00:00+01:00 2025-10-26T02:30:00+01:00 "
        "2025-10-26T03:00:00+01:00");
    berlin("*/30 2 * * *", "2025-03-29T12:00:00+01:00",
        "2025-03-31T02:00:00+02:00 2025-03-31T02:30:00+02:00");
    berlin("*/30 2 * * *", "2025-10-25T12:00:00+02:00",
        "2025-10-26T02:00:00+02:00 2025-10-26T02:30:00+02:00 2025-10-26T02:00:00+01:00 "
        "2025-10-26T02:30:00+01:00 2025-10-27T02:00:00+01:00");
    berlin("0 */2 * * *", "2025-03-29T23:00:00+01:00",
        "2025-03-30T00:00:00+01:00 2025-03-30T04:00:00+02:00");
    berlin("30 59 * * * *", "2025-03-30T00:59:30+01:00",
        "2025-03-30T01:59:30+01:00 2025-03-30T03:59:30+02:00");
    const Rows newYork("America/New_York");
    newYork("45 * * * *", "2025-11-02T00:50:00-04:00",
        "2025-11-02T01:45:00-04:00 2025-11-02T01:45:00-05:00 2025-11-02T02:45:00-05:00");
    newYork("* * * * *", "2025-03-09T01:58:00-05:00",
        "2025-03-09T01:59:00-05:00 2025-03-09T03:00:00-04:00");
    const Rows moscow("Europe/Moscow");
    moscow("30 * * * *", "2014-10-26T01:00:00+04:00",
        "2014-10-26T01:30:00+04:00 2014-10-26T01:30:00+03:00 2014-10-26T02:30:00+03:00");
}

void TestCronSchedule::whatNeverComesHasNoNextRun_data()
{
    QTest::addColumn<QString>("expression");
    for (const char *text :
        {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 FEB */2", "0 0 L-29 2 *", "0 0 */31 2 SATL"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestCronSchedule::whatNeverComesHasNoNextRun()
{
    QFETCH(QString, expression);
    for (const QByteArray &name : zones())
        QVERIFY(!nextRun(parsed(expression), at(u"2025-01-01T00:00:00Z"_s), QTimeZone(name)));
}

void TestCronSchedule::everyDayThatEverComesIsFound()
{
    CronExpression expression = parsed(u"0 0 29 2 *"_s);
    for (int day = 0; day < 7; ++day) {
        expression.daysOfWeek = quint64(1) << day;
        for (int year = 1900; year < 2300; ++year) {
            const QDateTime start(QDate(year, 3, 1), QTime(0, 0), utcZone);
            const auto run = nextRun(expression, start, QTimeZone::utc());
            QVERIFY2(run, qPrintable(u"day %1 after %2"_s.arg(day).arg(year)));
            QCOMPARE(run->date().dayOfWeek() % 7, day);
        }
    }
}

void TestCronSchedule::aRunIsGivenInTheZoneAsked()
{
    const QTimeZone zone("Europe/Berlin");
    const auto run = nextRun(parsed(u"0 2 26 10 *"_s), at(u"2025-10-01T00:00:00Z"_s), zone);
    QVERIFY(run);
    QCOMPARE(run->timeZone(), zone);
    QCOMPARE(run->toUTC(), at(u"2025-10-26T00:00:00Z"_s));
}

void TestCronSchedule::theZoneOfTheStartDoesNotMatter()
{
    const QTimeZone zone("Europe/Berlin");
    const QDateTime start = at(u"2025-10-26T00:45:00Z"_s);
    const CronExpression expression = parsed(u"30 2 * * *"_s);
    const auto run = nextRun(expression, start, zone);
    QCOMPARE(run->toString(Qt::ISODate), u"2025-10-27T02:30:00+01:00"_s);
    for (const QByteArray &name : zones())
        QCOMPARE(nextRun(expression, start.toTimeZone(QTimeZone(name)), zone), run);
}

void TestCronSchedule::nonsenseHasNoNextRun()
{
    const CronExpression minutely;
    const QDateTime start = at(u"2025-01-01T00:00:00Z"_s);
    QVERIFY(nextRun(minutely, start, QTimeZone::utc()));
    QVERIFY(!nextRun(minutely, QDateTime(), QTimeZone::utc()));
    QVERIFY(!nextRun(minutely, start, QTimeZone()));
    QVERIFY(
        !nextRun(minutely, QDateTime(QDate(10000, 1, 1), QTime(0, 0), utcZone), QTimeZone::utc()));
    QVERIFY(!nextRun(minutely, QDateTime(QDate(-1, 1, 1), QTime(0, 0), utcZone), QTimeZone::utc()));
    QVERIFY(!nextRun(CronExpression{.minutes = 0}, start, QTimeZone::utc()));
}

void TestCronSchedule::runsAreThoseOfACronThatLooksAtEveryMinute_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 300; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestCronSchedule::runsAreThoseOfACronThatLooksAtEveryMinute()
{
    compareWithStepper(false, qint64(20) * 86400);
}

void TestCronSchedule::runsAreThoseOfACronThatLooksAtEverySecond_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1001; seed <= 1100; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestCronSchedule::runsAreThoseOfACronThatLooksAtEverySecond()
{
    compareWithStepper(true, qint64(2) * 86400);
}

void TestCronSchedule::compareWithStepper(bool withSeconds, qint64 span)
{
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    const QByteArray name = zones().at(random.bounded(zones().size()));
    const QTimeZone zone(name);
    const auto schedule = cronstepper::randomSchedule(random, withSeconds);
    const qint64 after = randomMoment(random, zone);
    const QList<qint64> expected = cronstepper::runs(schedule, zone, after, after + span, 400);
    const qint64 until = expected.size() == 400 ? expected.last() : after + span;

    const CronExpression expression = parsed(schedule.text);
    const QDateTime start = QDateTime::fromSecsSinceEpoch(after, utcZone);
    QList<qint64> found;
    auto run = nextRun(expression, start, zone);
    while (run && run->toSecsSinceEpoch() <= until && found.size() <= expected.size()) {
        found.append(run->toSecsSinceEpoch());
        run = nextRun(expression, *run, zone);
    }
    const QString what = u"%1 in %2 after %3"_s.arg(
        schedule.text, QString::fromLatin1(name), start.toString(Qt::ISODate));
    QVERIFY2(found == expected, qPrintable(what));
}

QTEST_GUILESS_MAIN(TestCronSchedule)
#include "tst_cronschedule.moc"
