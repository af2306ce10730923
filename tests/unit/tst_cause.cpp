// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/cause.h"

#include "process/utc.h"
#include "protocol/exitreport.h"

#include <QSet>
#include <QTest>

#include <variant>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

Q_DECLARE_METATYPE(semper::Cause)

class TestCause : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyKindSurvivesTheWireAndHasASentence_data();
    void everyKindSurvivesTheWireAndHasASentence();
    void everyKindIsAmongTheseTests();
    void theWireIsAsThePeersKnowIt();
    void aCodeThatIsNotKnownIsNoCause();
    void aCauseHasItsOwn();
    void anExitWithoutACauseSaysHowItEnded();
};

namespace {

const QDateTime then(QDate(2026, 11, 23), QTime(7, 1, 9), utcZone);

QList<std::pair<Cause, QString>> examples()
{
    const Cause exited = cause::Exited{.exitCode = 3};
    return {
        {exited, u"exited with code 3"_s},
        {cause::Signalled{.signal = u"SIGKILL"_s}, u"killed by SIGKILL"_s},
        {cause::Signalled{.signal = u"SIGSEGV"_s, .coreDumped = true},
            u"killed by SIGSEGV (core dumped)"_s},
        {cause::Fault{.what = u"std::out_of_range: no such row"_s},
            u"std::out_of_range: no such row"_s},
        {cause::Daemonized{.exitCode = 0, .processes = u"app (pid 7)"_s},
            u"exited with code 0; app (pid 7) went on in the background: have the command stay in "
            "the foreground, where it is supervised"_s},
        {cause::NotStarted{}, u"failed to start"_s},
        {cause::NotStarted{.step = u"execute"_s, .error = 13, .detail = u"it: execve: no"_s},
            u"cannot start it: execve: no"_s},
        {cause::NotReady{.after = 60s, .probe = u"notify"_s}, u"not ready within 1 min"_s},
        {cause::NotReady{
             .after = 250ms, .asked = 5s, .probe = u"tcp"_s, .detail = u"no connection"_s},
            u"not ready within 250 ms, nor in the 5 s that it asked for: no connection"_s},
        {cause::Hung{.silent = 1500ms}, u"hung: no heartbeat for 1500 ms"_s},
        {cause::ProbeFailed{.probe = u"http"_s, .failures = 1, .detail = u"status 500"_s},
            u"not alive: status 500"_s},
        {cause::ProbeFailed{.probe = u"http"_s, .failures = 3, .detail = u"status 500"_s},
            u"not alive: status 500 (3 times)"_s},
        {cause::Memory{.bytes = 3'000'000, .limitBytes = 2'000'000},
            u"used 3 MiB, more than memory_max_bytes"_s},
        {cause::Memory{.bytes = {}, .limitBytes = 2'000'000, .byKernel = true},
            u"killed by the kernel: used more than memory_max_bytes, 2 MiB"_s},
        {cause::Stalled{.after = 5min}, u"stalled: no work done for 5 min"_s},
        {cause::Age{.after = 24h}, u"recycled after 24 h"_s},
        {cause::StopOverdue{.after = 10s}, u"killed: did not stop within 10 s"_s},
        {cause::StopOverdue{.after = 700ms, .asked = 90s},
            u"killed: did not stop within 700 ms, nor in the 90 s that it asked for"_s},
        {cause::Unkillable{}, u"cannot be killed: in uninterruptible sleep"_s},
        {cause::Unkillable{.state = u"D"_s, .waitsIn = u"nfs_wait"_s},
            u"cannot be killed: state D, waits in nfs_wait"_s},
        {cause::Waiting{.process = u"db"_s, .waitsFor = u"ready"_s},
            u"waits for db, which has no instances"_s},
        {cause::Waiting{
             .process = u"db"_s, .waitsFor = u"ready"_s, .state = ProcessPhase::Starting},
            u"waits for db to be ready"_s},
        {cause::Waiting{
             .process = u"db"_s, .waitsFor = u"completed"_s, .state = ProcessPhase::Running},
            u"waits for db to complete"_s},
        {cause::Waiting{.process = u"db"_s,
             .waitsFor = u"ready"_s,
             .state = ProcessPhase::Failed,
             .because = exited},
            u"waits for db, which has failed"_s},
        {cause::Waiting{
             .process = u"db"_s, .waitsFor = u"stopped"_s, .state = ProcessPhase::Stopping},
            u"waits for db of its group to stop"_s},
        {cause::Backoff{.nextStartAt = then}, u"is to be started again"_s},
        {cause::GaveUp{.restarts = 5, .window = 60s, .because = exited},
            u"exited with code 3 (more than 5 restarts in 1 min)"_s},
        {cause::RestartedWith{.process = u"db"_s, .because = exited},
            u"restarted with db: exited with code 3"_s},
        {cause::Configuration{.detail = u"settings.url is missing"_s},
            u"settings.url is missing"_s},
        {cause::Disabled{}, u"disabled by the configuration"_s},
        {cause::Commanded{.action = u"restart"_s, .by = u"uid 1000"_s}, u"restarted by uid 1000"_s},
        {cause::Commanded{.action = u"stop"_s}, u"stopped on request"_s},
        {cause::Commanded{.action = u"restart"_s}, u"restarted after a reload"_s},
        {cause::Commanded{.action = u"kill"_s}, u"killed by the server"_s},
        {cause::Commanded{.action = u"shutdown"_s}, u"the server is stopping"_s},
        {cause::Scheduled{.nextStartAt = then}, u"waits for its schedule"_s},
        {cause::Scheduled{}, u"its schedule never comes"_s},
        {cause::Replaced{}, u"stopped for the next run of its schedule"_s},
    };
}

} // namespace

void TestCause::everyKindSurvivesTheWireAndHasASentence_data()
{
    QTest::addColumn<Cause>("cause");
    QTest::addColumn<QString>("text");
    for (const auto &[cause, text] : examples())
        QTest::newRow(qPrintable(text)) << cause << text;
}

void TestCause::everyKindSurvivesTheWireAndHasASentence()
{
    QFETCH(const Cause, cause);
    QCOMPARE(Cause::fromJson(cause.toJson()), std::optional(cause));
    QTEST(describe(cause), "text");
}

void TestCause::everyKindIsAmongTheseTests()
{
    QSet<std::size_t> kinds;
    QSet<QString> codes;
    for (const auto &[cause, text] : examples()) {
        kinds.insert(cause.kind.index());
        codes.insert(causeCode(cause));
    }
    QCOMPARE(std::size_t(kinds.size()), std::variant_size_v<cause::Any>);
    QCOMPARE(codes.size(), kinds.size());
}

void TestCause::theWireIsAsThePeersKnowIt()
{
    QCOMPARE(Cause(cause::NotReady{.after = 250ms, .probe = u"tcp"_s, .detail = u"no"_s}).toJson(),
        (QJsonObject{{u"code"_s, u"not_ready"_s}, {u"after_ms"_s, 250}, {u"asked_ms"_s, 0},
            {u"probe"_s, u"tcp"_s}, {u"detail"_s, u"no"_s}}));
    QCOMPARE(Cause(cause::Memory{.bytes = {}, .limitBytes = 7, .byKernel = true}).toJson(),
        (QJsonObject{{u"code"_s, u"memory"_s}, {u"bytes"_s, QJsonValue()}, {u"limit_bytes"_s, 7},
            {u"by"_s, u"kernel"_s}}));
    QCOMPARE(Cause(cause::Waiting{.process = u"db"_s,
                       .waitsFor = u"ready"_s,
                       .state = ProcessPhase::Failed,
                       .because = Cause(cause::Exited{.exitCode = 3})})
                 .toJson(),
        (QJsonObject{{u"code"_s, u"waiting"_s}, {u"process"_s, u"db"_s}, {u"for"_s, u"ready"_s},
            {u"state"_s, u"failed"_s},
            {u"because"_s, QJsonObject{{u"code"_s, u"exited"_s}, {u"exit_code"_s, 3}}}}));
}

void TestCause::aCodeThatIsNotKnownIsNoCause()
{
    QCOMPARE(Cause::fromJson({}), std::nullopt);
    QCOMPARE(Cause::fromJson({{u"code"_s, u"moved"_s}}), std::nullopt);
    QCOMPARE(Cause::fromJson({{u"code"_s, u"exited"_s}, {u"exit_code"_s, u"three"_s}}),
        std::optional<Cause>(cause::Exited{}));
}

void TestCause::aCauseHasItsOwn()
{
    const Cause one = cause::GaveUp{.because = Cause(cause::Exited{.exitCode = 1})};
    const Cause other = cause::GaveUp{.because = Cause(cause::Exited{.exitCode = 2})};
    QVERIFY(one != other);
    QVERIFY(one != Cause(cause::GaveUp{}));
    QCOMPARE(one, Cause(cause::GaveUp{.because = Cause(cause::Exited{.exitCode = 1})}));
}

void TestCause::anExitWithoutACauseSaysHowItEnded()
{
    QCOMPARE(ExitReport{.code = 3}.describe(), u"exited with code 3"_s);
    QCOMPARE((ExitReport{.code = 3, .cause = cause::Commanded{.action = u"stop"_s}}.describe()),
        u"stopped on request"_s);
}

QTEST_GUILESS_MAIN(TestCause)
#include "tst_cause.moc"
