// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/utc.h"
#include "protocol/frame.h"
#include "protocol/processstatus.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

class TestProcessStatus : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFieldSurvivesTheWire();
    void absentValuesAreNullOnTheWire();
    void anExitIsTold_data();
    void anExitIsTold();
    void aTimeIsWrittenInUtcWithMilliseconds_data();
    void aTimeIsWrittenInUtcWithMilliseconds();
};

void TestProcessStatus::everyFieldSurvivesTheWire()
{
    const QDateTime then = QDateTime::fromString(u"2026-11-23T07:01:02.345Z"_s, Qt::ISODateWithMs);
    const ProcessStatus status{.name = u"importer"_s,
        .instance = 2,
        .service = u"http"_s,
        .className = {},
        .command = {u"python3"_s, u"importer.py"_s},
        .state = ProcessPhase::Backoff,
        .wanted = Wanted::Down,
        .ready = true,
        .alive = false,
        .critical = true,
        .pid = 4711,
        .stalled = true,
        .restarts = 3,
        .restartsIn10Minutes = 2,
        .restartsInAnHour = 3,
        .standby = 2,
        .outdated = true,
        .clearing = true,
        .startedAt = then,
        .uptime = 17ms,
        .nextStartAt = then.addSecs(7),
        .reason = u"exited with code 3"_s,
        .cause = cause::Exited{.exitCode = 3},
        .lastExit = ExitReport{.at = then,
            .code = {},
            .signal = u"SIGSEGV"_s,
            .uptime = 2655ms,
            .coreDumped = true,
            .cause = cause::Signalled{.signal = u"SIGSEGV"_s, .coreDumped = true},
            .lastLines = {u"one"_s, u"two"_s}},
        .deaths = {ExitReport{.at = then, .code = 3, .lastLines = {u"three"_s}},
            ExitReport{.at = then.addSecs(-1), .code = 4}},
        .cpuRatio = 0.25,
        .memoryBytes = 5'000'000'000,
        .loopLag = 3ms,
        .status = u"busy"_s,
        .title = u"orders"_s};
    QCOMPARE(ProcessStatus::fromJson(status.toJson()), status);
}

void TestProcessStatus::absentValuesAreNullOnTheWire()
{
    const QJsonObject json = ProcessStatus{}.toJson();
    for (const QString &key : {u"class"_s, u"command"_s, u"alive"_s, u"pid"_s, u"started_at"_s,
             u"next_start_at"_s, u"cause"_s, u"last_exit"_s, u"loop_lag_ms"_s})
        QVERIFY2(json.value(key).isNull() && json.contains(key), qPrintable(key));
    QCOMPARE(ProcessStatus::fromJson(json), ProcessStatus{});
}

void TestProcessStatus::anExitIsTold_data()
{
    QTest::addColumn<std::optional<int>>("code");
    QTest::addColumn<QString>("signal");
    QTest::addColumn<QString>("text");
    QTest::newRow("code") << std::optional<int>(3) << QString() << u"exited with code 3"_s;
    QTest::newRow("signal") << std::optional<int>() << u"SIGKILL"_s << u"killed by SIGKILL"_s;
    QTest::newRow("neither") << std::optional<int>() << QString() << u"failed to start"_s;
}

void TestProcessStatus::anExitIsTold()
{
    QFETCH(const std::optional<int>, code);
    QFETCH(const QString, signal);
    const ExitReport report{.at = {}, .code = code, .signal = signal};
    QTEST(report.describe(), "text");
}

void TestProcessStatus::aTimeIsWrittenInUtcWithMilliseconds_data()
{
    QTest::addColumn<QDateTime>("time");
    QTest::addColumn<QString>("written");
    const auto utc = [](int year, int month, int day, int hour, int minute, int second, int ms) {
        return QDateTime(QDate(year, month, day), QTime(hour, minute, second, ms), utcZone);
    };
    QTest::newRow("today") << utc(2026, 11, 29, 7, 1, 2, 34) << u"2026-11-29T07:01:02.034Z"_s;
    QTest::newRow("leap day") << utc(2024, 2, 29, 23, 59, 59, 999) << u"2024-02-29T23:59:59.999Z"_s;
    QTest::newRow("a new year") << utc(2027, 1, 1, 0, 0, 0, 0) << u"2027-01-01T00:00:00.000Z"_s;
    QTest::newRow("before 1970") << utc(1969, 12, 31, 23, 59, 59, 1)
                                 << u"1969-12-31T23:59:59.001Z"_s;
    QTest::newRow("another offset") << QDateTime(QDate(2026, 11, 29), QTime(0, 30), QTimeZone(3600))
                                    << u"2026-11-28T23:30:00.000Z"_s;
    QTest::newRow("none") << QDateTime() << QString();
}

void TestProcessStatus::aTimeIsWrittenInUtcWithMilliseconds()
{
    QFETCH(const QDateTime, time);
    QFETCH(const QString, written);
    QCOMPARE(wireTime(time), written);
    QCOMPARE(wireTime(time), time.toUTC().toString(Qt::ISODateWithMs));
    QCOMPARE(fromWireTime(wireTime(time)), time);
}

QTEST_GUILESS_MAIN(TestProcessStatus)
#include "tst_processstatus.moc"
