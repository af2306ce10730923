// SPDX-License-Identifier: GPL-3.0-or-later
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
        .restarts = 3,
        .standby = 2,
        .outdated = true,
        .startedAt = then,
        .uptime = 17ms,
        .nextStartAt = then.addSecs(7),
        .reason = u"exited with code 3"_s,
        .lastExit = ExitReport{.at = then,
            .code = {},
            .signal = u"SIGSEGV"_s,
            .uptime = 2655ms,
            .coreDumped = true},
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
             u"next_start_at"_s, u"last_exit"_s, u"loop_lag_ms"_s})
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

QTEST_GUILESS_MAIN(TestProcessStatus)
#include "tst_processstatus.moc"
