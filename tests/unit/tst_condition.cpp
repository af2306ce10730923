// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/condition.h"

#include "process/utc.h"
#include "protocol/keys.h"
#include "protocol/processstatus.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

class TestCondition : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStatusMeans_data();
    void aStatusMeans();
    void theProcessObjectCarriesIt();
};

void TestCondition::aStatusMeans_data()
{
    QTest::addColumn<ProcessStatus>("status");
    QTest::addColumn<QString>("name");
    const auto row
        = [](const ProcessStatus &status, const QString &name, const char *how = nullptr) {
              QTest::newRow(how ? how : qPrintable(name)) << status << name;
          };
    const ProcessStatus up{
        .name = u"p"_s, .state = ProcessPhase::Running, .ready = true, .pid = 7, .uptime = 5min};
    row(up, u"running"_s);
    const auto but = [&up](auto &&change) {
        ProcessStatus status = up;
        change(status);
        return status;
    };
    row(but([](auto &it) { it.ready = false; }), u"not_ready"_s);
    row(but([](auto &it) { it.alive = false; }), u"hung"_s);
    row(but([](auto &it) { it.stalled = true; }), u"stalled"_s);
    row(but([](auto &it) { it.restartsInAnHour = 3; }), u"flapping"_s);
    row(but([](auto &it) { it.restartsInAnHour = 2; }), u"running"_s, "two restarts");
    const auto looping = [](ProcessPhase state, std::chrono::milliseconds uptime) {
        return [=](auto &it) {
            it.state = state;
            it.uptime = uptime;
            it.restartsIn10Minutes = 3;
            it.restartsInAnHour = 3;
        };
    };
    row(but(looping(ProcessPhase::Running, 59s)), u"crash_loop"_s, "loops, up for a moment");
    row(but(looping(ProcessPhase::Running, 60s)), u"flapping"_s, "looped, stays up");
    row(but(looping(ProcessPhase::Starting, 0s)), u"crash_loop"_s, "loops, starting");
    row(but(looping(ProcessPhase::Backoff, 0s)), u"crash_loop"_s, "loops, backoff");
    const auto in = [](ProcessPhase state, const std::optional<Cause> &cause = std::nullopt) {
        return ProcessStatus{.name = u"p"_s, .state = state, .cause = cause};
    };
    row(in(ProcessPhase::Starting), u"starting"_s);
    row(in(ProcessPhase::Backoff, cause::Exited{.exitCode = 3}), u"backoff"_s);
    row(in(ProcessPhase::Failed), u"failed"_s);
    row(in(ProcessPhase::Done), u"done"_s);
    row(in(ProcessPhase::Stopped), u"stopped"_s);
    row(in(ProcessPhase::Stopped, cause::Disabled{}), u"disabled"_s);
    const QDateTime next(QDate(2026, 12, 1), QTime(4, 30), utcZone);
    row(in(ProcessPhase::Waiting, cause::Scheduled{.nextStartAt = next}), u"scheduled"_s);
    row(in(ProcessPhase::Waiting, cause::Scheduled{}), u"blocked"_s, "never due");
    ProcessStatus done = in(ProcessPhase::Done);
    done.nextStartAt = next;
    row(done, u"scheduled"_s, "done until the next run");
    const auto behind = [&in](std::optional<ProcessPhase> state) {
        return in(ProcessPhase::Waiting,
            cause::Waiting{.process = u"db"_s, .waitsFor = u"ready"_s, .state = state});
    };
    row(behind(ProcessPhase::Starting), u"waiting"_s);
    row(behind(ProcessPhase::Failed), u"blocked"_s, "waits for what failed");
    row(behind(ProcessPhase::Stopped), u"blocked"_s, "waits for what is stopped");
    row(behind(std::nullopt), u"blocked"_s, "waits for what is not there");
    ProcessStatus stopping = in(ProcessPhase::Stopping);
    row(stopping, u"stopping"_s);
    stopping.cause = cause::Unkillable{};
    stopping.pid = 7;
    row(stopping, u"unkillable"_s);
}

void TestCondition::aStatusMeans()
{
    QFETCH(const ProcessStatus, status);
    QTEST(QString(conditionName(conditionOf(status))), "name");
}

void TestCondition::theProcessObjectCarriesIt()
{
    const ProcessStatus status{.name = u"p"_s, .state = ProcessPhase::Failed};
    QCOMPARE(status.toJson().value(keys::condition), u"failed"_s);
}

QTEST_GUILESS_MAIN(TestCondition)
#include "tst_condition.moc"
