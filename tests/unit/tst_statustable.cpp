// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/effect.h"
#include "cli/selection.h"
#include "cli/statustable.h"
#include "cli/terminaltext.h"
#include "protocol/controlcharacters.h"
#include "protocol/keys.h"

#include <QJsonArray>
#include <QLocale>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

const QDateTime now = QDateTime::fromString(u"2026-11-23T07:01:00.000Z"_s, Qt::ISODateWithMs);

ProcessStatus running(const QString &name, qint64 pid)
{
    ProcessStatus status;
    status.name = name;
    status.state = ProcessPhase::Running;
    status.ready = true;
    status.pid = pid;
    status.startedAt = now.addSecs(-125);
    status.uptime = 125s;
    status.cpuRatio = 0.254;
    status.memoryBytes = 12'900'000;
    return status;
}

ProcessStatus in(
    ProcessPhase state, const QString &name, const std::optional<Cause> &cause = std::nullopt)
{
    ProcessStatus status;
    status.name = name;
    status.state = state;
    status.cause = cause;
    return status;
}

ProcessStatus backingOff(const QString &name)
{
    ProcessStatus status = in(ProcessPhase::Backoff, name, cause::Exited{.exitCode = 3});
    status.restarts = 3;
    status.nextStartAt = now.addSecs(4);
    return status;
}

QStringList lines(const QString &text)
{
    return text.trimmed().split(u'\n');
}

} // namespace

class TestStatusTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aTableForAFileIsPlainAndWhole();
    void troubleComesFirst();
    void hostsInStandbyAreTold();
    void whatIsCriticalIsMarked();
    void whatCannotBeKilledIsUrgentAndSaysWhy();
    void whatHoldsUpTheNextStartIsTold();
    void whatIsRestartedAgainAndAgainIsTold();
    void aRestartThatSomebodyAskedForIsNoCrash();
    void aCauseThatIsNotKnownHereIsToldByItsReason();
    void columnsLineUpForEveryScript();
    void aNarrowTerminalElidesTheLastColumn();
    void aNarrowerOneLeavesOutWhatIsLeastNeeded();
    void theLagOfEventLoopsIsTold();
    void whatRunsAsBeforeAReloadIsTold();
    void glyphsAndColoursOnlyWhereTheStyleHasThem();
    void whatAProcessSaysCannotSteerTheTerminal();
    void theNextRunOfAScheduleIsTold();
    void aLaterInstanceIsNamed();
    void theServerIsTold();
    void durationsReadWell_data();
    void durationsReadWell();
    void sizesReadWell_data();
    void sizesReadWell();
    void effectsAreJudged_data();
    void effectsAreJudged();
    void selectorsMeanNamesAndInstances();
    void anUnknownNameIsAnsweredWithTheNearest();
};

void TestStatusTable::aTableForAFileIsPlainAndWhole()
{
    ProcessStatus monitor = running(u"monitor"_s, 4711);
    monitor.lastExit = ExitReport{.at = now.addSecs(-126), .code = 3};
    monitor.restarts = 1;
    const QString expected
        = u"STATE    NAME     PID   RESTARTS  UPTIME     CPU   MEMORY    LAST\n"
          "backoff  import   -            3  -          -     -         exited with code 3, next "
          "start in 4 s\n"
          "running  monitor  4711         1  2 min 5 s  25 %  12.3 MiB  exited with code 3, 2 min "
          "6 "
          "s ago\n"_s;
    QString table = statusTable({backingOff(u"import"_s), monitor}, now, {});
    // Where a number stands in its column does not matter here.
    const auto words = [](const QString &text) { return text.simplified(); };
    QCOMPARE(words(table), words(expected));
    QVERIFY(!table.contains(u'\x1b'));
    QVERIFY(table.endsWith(u'\n'));
}

void TestStatusTable::troubleComesFirst()
{
    ProcessStatus hung = running(u"d-hung"_s, 4);
    hung.alive = false;
    ProcessStatus unready = running(u"e-unready"_s, 5);
    unready.ready = false;
    const QStringList table = lines(
        statusTable({running(u"a"_s, 1), in(ProcessPhase::Stopped, u"b"_s), backingOff(u"c"_s),
                        hung, unready, in(ProcessPhase::Failed, u"z-failed"_s)},
            now, {}));
    QStringList names;
    for (const QString &line : table.sliced(1))
        names.append(line.section(QRegularExpression(u"\\s{2,}"_s), 1, 1));
    QCOMPARE(
        names, (QStringList{u"z-failed"_s, u"d-hung"_s, u"c"_s, u"e-unready"_s, u"a"_s, u"b"_s}));
    QVERIFY(table.at(2).startsWith(u"hung "_s));
    QVERIFY(table.at(4).startsWith(u"not ready "_s));
}

void TestStatusTable::hostsInStandbyAreTold()
{
    ProcessStatus status = running(u"a"_s, 1);
    status.status = u"busy"_s;
    QCOMPARE(situation(status, now), u"busy"_s);
    status.standby = 2;
    QCOMPARE(situation(status, now), u"busy, 2 in standby"_s);
}

void TestStatusTable::whatIsCriticalIsMarked()
{
    ProcessStatus status = running(u"a"_s, 1);
    status.critical = true;
    QCOMPARE(situation(status, now), u"critical"_s);
    status.alive = false;
    status.cause = cause::ProbeFailed{.probe = u"tcp"_s, .detail = u"no connection"_s};
    QCOMPARE(situation(status, now), u"not alive: no connection, critical"_s);
}

void TestStatusTable::whatCannotBeKilledIsUrgentAndSaysWhy()
{
    ProcessStatus stuck = in(ProcessPhase::Stopping, u"stuck"_s,
        cause::Unkillable{.state = u"D"_s, .waitsIn = u"nfs_wait"_s});
    stuck.pid = 7;
    QCOMPARE(situation(stuck, now), u"cannot be killed: state D, waits in nfs_wait"_s);
    const QStringList table = lines(statusTable({running(u"a"_s, 1), stuck}, now, {}));
    QVERIFY2(table.at(1).contains(u"stuck"_s), qPrintable(table.join(u'\n')));
    stuck.cause = cause::Age{.after = 1s}; // of a stop that is on its way
    QCOMPARE(situation(stuck, now), QString());
}

void TestStatusTable::whatHoldsUpTheNextStartIsTold()
{
    ProcessStatus status = backingOff(u"p"_s);
    QCOMPARE(situation(status, now), u"exited with code 3, next start in 4 s"_s);
    status.clearing = true;
    QCOMPARE(situation(status, now), u"exited with code 3, next start in 4 s"_s);
    status.nextStartAt = now.addSecs(-1);
    QCOMPARE(situation(status, now), u"exited with code 3, ending what it left behind"_s);
}

void TestStatusTable::whatIsRestartedAgainAndAgainIsTold()
{
    ProcessStatus status = running(u"p"_s, 1);
    status.cause = cause::Exited{.exitCode = 3};
    status.restartsIn10Minutes = 4;
    status.restartsInAnHour = 5;
    status.uptime = 2s;
    QVERIFY(lines(statusTable({status}, now, {})).at(1).startsWith(u"crash loop "_s));
    QCOMPARE(situation(status, now), u"exited with code 3, 4 restarts in 10 min"_s);
    status.uptime = 2min;
    QVERIFY(lines(statusTable({status}, now, {})).at(1).startsWith(u"flapping "_s));
    QCOMPARE(situation(status, now), u"exited with code 3, 5 restarts in an hour"_s);
}

void TestStatusTable::aRestartThatSomebodyAskedForIsNoCrash()
{
    ProcessStatus status = running(u"p"_s, 1);
    status.lastExit = ExitReport{.at = now.addSecs(-2),
        .signal = u"SIGTERM"_s,
        .cause = cause::Commanded{.action = u"restart"_s, .by = u"uid 1000"_s}};
    QCOMPARE(situation(status, now), u"restarted by uid 1000, 2 s ago"_s);
}

void TestStatusTable::aCauseThatIsNotKnownHereIsToldByItsReason()
{
    ProcessStatus status = in(ProcessPhase::Failed, u"p"_s);
    status.reason = u"moved to another machine"_s;
    QCOMPARE(situation(status, now), status.reason);
}

void TestStatusTable::columnsLineUpForEveryScript()
{
    QCOMPARE(displayWidth(u"abc"), 3);
    QCOMPARE(displayWidth(u"日本"), 4);
    QCOMPARE(displayWidth(u"e\u0301"), 1);
    QCOMPARE(displayWidth(u"\U0001F600"), 2);
    QCOMPARE(displayWidth(padded(u"日本"_s, 7)), 7);
    QCOMPARE(elided(u"日本語"_s, 4), u"日…"_s);
    QCOMPARE(elided(u"日本語"_s, 6), u"日本語"_s);
    QCOMPARE(elided(u"x"_s, 0), QString());
}

void TestStatusTable::aNarrowTerminalElidesTheLastColumn()
{
    ProcessStatus status = running(u"monitor"_s, 4711);
    status.status = QString(200, u'x');
    const QStringList table = lines(statusTable({status}, now, {.width = 80}));
    QCOMPARE(displayWidth(table.at(1)), 80);
    QVERIFY(table.at(1).endsWith(u'…'));
    QVERIFY(table.at(1).contains(u"12.3 MiB"_s));
    QVERIFY(lines(statusTable({status}, now, {})).at(1).endsWith(status.status));
}

void TestStatusTable::aNarrowerOneLeavesOutWhatIsLeastNeeded()
{
    ProcessStatus monitor = running(u"monitor"_s, 4711);
    monitor.status = u"42 orders in the queue, 3 late"_s;
    const QList<ProcessStatus> processes{monitor, backingOff(u"import"_s)};
    const QStringList table = lines(statusTable(processes, now, {.glyphs = true, .width = 60}));
    for (const QString &line : table)
        QVERIFY2(displayWidth(line) <= 60, qPrintable(line));
    QCOMPARE(table.at(0).simplified(), u"STATE NAME RESTARTS UPTIME LAST"_s);
    QVERIFY2(table.at(1).contains(u"exited with cod"_s), qPrintable(table.at(1)));
    QVERIFY2(table.at(2).contains(u"42 orders in th"_s), qPrintable(table.at(2)));
    // What is short needs no more room than it takes.
    QVERIFY(
        lines(statusTable({running(u"a"_s, 1)}, now, {.width = 61})).at(0).contains(u"MEMORY"_s));
    QCOMPARE(
        lines(statusTable(processes, now, {.width = 20})).at(0).simplified(), u"STATE NAME L…"_s);
}

void TestStatusTable::theLagOfEventLoopsIsTold()
{
    const ProcessStatus plain = running(u"plain"_s, 1);
    QVERIFY(!statusTable({plain}, now, {}).contains(u"LAG"_s));
    ProcessStatus host = running(u"host"_s, 2);
    host.loopLag = 1234ms;
    ProcessStatus swift = running(u"swift"_s, 3);
    swift.loopLag = 12ms;
    const QStringList table = lines(statusTable({host, swift, plain}, now, {}));
    QCOMPARE(table.at(0).simplified(), u"STATE NAME PID RESTARTS UPTIME CPU MEMORY LAG LAST"_s);
    QVERIFY2(table.at(1).endsWith(u"12.3 MiB    1 s"_s), qPrintable(table.at(1)));
    QVERIFY2(table.at(2).endsWith(u"12.3 MiB  12 ms"_s), qPrintable(table.at(2)));
    QVERIFY2(table.at(3).endsWith(u"12.3 MiB      -"_s), qPrintable(table.at(3)));
    // It is the first to go from a narrow terminal.
    const int width = displayWidth(table.at(0)) - 1;
    const QString narrow = lines(statusTable({host, swift, plain}, now, {.width = width})).at(0);
    QVERIFY2(narrow.contains(u"MEMORY"_s) && !narrow.contains(u"LAG"_s), qPrintable(narrow));
}

void TestStatusTable::whatRunsAsBeforeAReloadIsTold()
{
    ProcessStatus status = running(u"a"_s, 1);
    status.outdated = true;
    QCOMPARE(situation(status, now), u"outdated: runs as before a reload"_s);
}

void TestStatusTable::glyphsAndColoursOnlyWhereTheStyleHasThem()
{
    const QList<ProcessStatus> processes{running(u"a"_s, 1)};
    QVERIFY(lines(statusTable(processes, now, {.glyphs = true})).at(1).startsWith(u"● running"_s));
    const QString coloured = lines(statusTable(processes, now, {.colours = true})).at(1);
    QVERIFY(coloured.startsWith(u"\x1b[32mrunning\x1b[0m "_s));
    for (const int width : {1, 5, 20})
        QVERIFY(
            statusTable(processes, now, {.colours = true, .width = width}).contains(u"\x1b[0m"_s));
}

void TestStatusTable::whatAProcessSaysCannotSteerTheTerminal()
{
    ProcessStatus status = running(u"a"_s, 1);
    status.status = u"\x1b[2Jgone\r\n\u202Eevil\a\u009B31m\U000E0041"_s;
    const QString table = statusTable({status}, now, {});
    QCOMPARE(withoutControls(table, u"\n"), table);
    QCOMPARE(lines(table).size(), 2);
    QVERIFY(table.contains(u"gone"_s));
}

void TestStatusTable::theNextRunOfAScheduleIsTold()
{
    const auto clock = [](const QDateTime &time, const QString &form) {
        return QLocale::c().toString(time.toLocalTime(), form);
    };
    ProcessStatus waiting
        = in(ProcessPhase::Waiting, u"report"_s, cause::Scheduled{.nextStartAt = now.addSecs(4)});
    waiting.nextStartAt = now.addSecs(4);
    QCOMPARE(situation(waiting, now),
        u"waits for its schedule, next run in 4 s (%1)"_s.arg(
            clock(waiting.nextStartAt, u"HH:mm:ss"_s)));

    ProcessStatus done = in(ProcessPhase::Done, u"report"_s, cause::Exited{.exitCode = 0});
    done.lastExit = ExitReport{.at = now.addSecs(-120), .code = 0};
    done.nextStartAt = now.addSecs(9 * 3600);
    QCOMPARE(situation(done, now),
        u"exited with code 0, 2 min ago, next run in 9 h (%1)"_s.arg(
            clock(done.nextStartAt, u"ddd HH:mm"_s)));

    ProcessStatus failed = in(ProcessPhase::Failed, u"report"_s, cause::Exited{.exitCode = 3});
    failed.lastExit = ExitReport{.at = now.addSecs(-1), .code = 3};
    failed.nextStartAt = now.addDays(3);
    QCOMPARE(situation(failed, now),
        u"exited with code 3, 1 s ago, next run in 3 d (%1)"_s.arg(
            clock(failed.nextStartAt, u"ddd d MMM HH:mm"_s)));
}

void TestStatusTable::aLaterInstanceIsNamed()
{
    ProcessStatus status = running(u"a"_s, 1);
    QCOMPARE(displayName(status), u"a"_s);
    status.instance = 2;
    QCOMPARE(displayName(status), u"a:2"_s);
}

void TestStatusTable::theServerIsTold()
{
    const QJsonObject http{{keys::name, u"http"_s}, {keys::connections, 1},
        {keys::addresses, QJsonArray{u"http://127.0.0.1:18306"_s}}};
    QCOMPARE(serverLine({{keys::node, u"demo"_s}, {keys::uptimeMs, 61000},
                 {keys::control, u"http://127.0.0.1:18305"_s}, {keys::services, QJsonArray{http}}}),
        u"demo: up 1 min 1 s, control on http://127.0.0.1:18305, http on http://127.0.0.1:18306 "
        "(1 connection)\n"_s);
}

void TestStatusTable::durationsReadWell_data()
{
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("negative") << qint64(-5) << u"0 ms"_s;
    QTest::newRow("350 ms") << qint64(350) << u"350 ms"_s;
    QTest::newRow("4 s") << qint64(4999) << u"4 s"_s;
    QTest::newRow("2 min") << qint64(120'000) << u"2 min"_s;
    QTest::newRow("2 min 5 s") << qint64(125'000) << u"2 min 5 s"_s;
    QTest::newRow("3 h 12 min") << qint64(11'520'000) << u"3 h 12 min"_s;
    QTest::newRow("5 d 3 h") << qint64(442'800'000) << u"5 d 3 h"_s;
}

void TestStatusTable::durationsReadWell()
{
    QFETCH(const qint64, milliseconds);
    QTEST(humanDuration(std::chrono::milliseconds(milliseconds)), "text");
}

void TestStatusTable::sizesReadWell_data()
{
    QTest::addColumn<qint64>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("0 B") << qint64(0) << u"0 B"_s;
    QTest::newRow("999 B") << qint64(999) << u"999 B"_s;
    QTest::newRow("1.0 KiB") << qint64(1000) << u"1.0 KiB"_s;
    QTest::newRow("12.3 MiB") << qint64(12'900'000) << u"12.3 MiB"_s;
    QTest::newRow("477 GiB") << qint64(512'000'000'000) << u"477 GiB"_s;
}

void TestStatusTable::sizesReadWell()
{
    QFETCH(const qint64, bytes);
    QTEST(humanBytes(bytes), "text");
}

void TestStatusTable::effectsAreJudged_data()
{
    using enum Verdict::Kind;
    QTest::addColumn<Effect>("effect");
    QTest::addColumn<ProcessStatus>("status");
    QTest::addColumn<Verdict>("verdict");
    const ProcessStatus same = running(u"p"_s, 1);
    const ProcessStatus another = running(u"p"_s, 2);
    ProcessStatus unready = another;
    unready.ready = false;
    const Cause why = cause::GaveUp{
        .restarts = 5, .window = 60s, .because = Cause(cause::Exited{.exitCode = 3})};
    const ProcessStatus failed = in(ProcessPhase::Failed, u"p"_s, why);
    const ProcessStatus done = in(ProcessPhase::Done, u"p"_s);
    const ProcessStatus stopped = in(ProcessPhase::Stopped, u"p"_s);
    const ProcessStatus stopping = in(ProcessPhase::Stopping, u"p"_s);
    const ProcessStatus backoff = backingOff(u"p"_s);
    const Verdict reached{.kind = Reached};
    const Verdict pending{};
    const Verdict failure{.kind = OutOfReach, .reason = u"failed: "_s + describe(why)};
    const auto row
        = [](const char *name, Effect effect, const ProcessStatus &status, const Verdict &verdict) {
              QTest::newRow(name) << effect << status << verdict;
          };
    row("ready: running", Effect::Ready, same, reached);
    row("ready: not ready", Effect::Ready, unready, pending);
    row("ready: backoff", Effect::Ready, backoff, pending);
    row("ready: failed", Effect::Ready, failed, failure);
    row("ready: done", Effect::Ready, done, reached);
    ProcessStatus outdated = same;
    outdated.outdated = true;
    row("ready: as before a reload", Effect::Ready, outdated, pending);
    row("start: as before a reload", Effect::Started, outdated, reached);
    row("up: done", Effect::Up, done, {.kind = OutOfReach, .reason = u"done"_s});
    row("up: not ready", Effect::Up, unready, reached);
    row("up: stopped", Effect::Up, stopped, pending);
    const ProcessStatus never = in(ProcessPhase::Waiting, u"p"_s, cause::Scheduled{});
    const Verdict neverDue{.kind = OutOfReach, .reason = u"waiting: its schedule never comes"_s};
    for (const Effect effect : {Effect::Ready, Effect::Up, Effect::Done})
        row("a schedule that never comes", effect, never, neverDue);
    row("ready: waiting for its schedule", Effect::Ready,
        in(ProcessPhase::Waiting, u"p"_s, cause::Scheduled{.nextStartAt = now}), pending);
    ProcessStatus disabled = in(ProcessPhase::Stopped, u"p"_s, cause::Disabled{});
    disabled.wanted = Wanted::Down;
    row("ready: disabled", Effect::Ready, disabled,
        {.kind = OutOfReach, .reason = u"stopped: disabled by the configuration"_s});
    const auto behind = [](ProcessPhase state) {
        return in(ProcessPhase::Waiting, u"p"_s,
            cause::Waiting{.process = u"db"_s, .waitsFor = u"ready"_s, .state = state});
    };
    row("waits for what starts", Effect::Ready, behind(ProcessPhase::Starting), pending);
    const ProcessStatus stranded = behind(ProcessPhase::Failed);
    const Verdict strandedToo{
        .kind = OutOfReach, .reason = u"waiting: waits for db, which has failed"_s};
    for (const Effect effect : {Effect::Ready, Effect::Up, Effect::Started, Effect::Relaunched})
        row("waits for what has failed", effect, stranded, strandedToo);
    row("down: running", Effect::Down, same, pending);
    row("down: stopping", Effect::Down, stopping, pending);
    row("down: backoff", Effect::Down, backoff, pending);
    row("down: stopped", Effect::Down, stopped, reached);
    row("down: failed", Effect::Down, failed, reached);
    const Cause stuckWhy = cause::Unkillable{.state = u"D"_s, .waitsIn = u"nfs_wait"_s};
    ProcessStatus unkillable = in(ProcessPhase::Stopping, u"p"_s, stuckWhy);
    unkillable.pid = 1;
    const Verdict stuck{.kind = OutOfReach, .reason = u"stopping: "_s + describe(stuckWhy)};
    row("stop: stopping", Effect::Stopped, stopping, pending);
    row("stop: stopped", Effect::Stopped, stopped, reached);
    row("stop: cannot be killed", Effect::Stopped, unkillable, stuck);
    row("restart: cannot be killed", Effect::Relaunched, unkillable, stuck);
    row("down: cannot be killed", Effect::Down, unkillable, pending);
    row("done: done", Effect::Done, done, reached);
    row("done: running", Effect::Done, same, pending);
    row("done: failed", Effect::Done, failed, failure);
    row("restart: the same", Effect::Relaunched, same, pending);
    row("restart: another", Effect::Relaunched, another, reached);
    row("restart: another, not ready", Effect::Relaunched, unready, pending);
    row("restart: failed", Effect::Relaunched, failed, failure);
    row("start: running", Effect::Started, same, reached);
    row("start: done", Effect::Started, done, reached);
    row("start: failed", Effect::Started, failed, failure);
}

void TestStatusTable::effectsAreJudged()
{
    QFETCH(const Effect, effect);
    QFETCH(const ProcessStatus, status);
    const Verdict verdict = judge(effect, running(u"p"_s, 1), status);
    QTEST(verdict, "verdict");
}

void TestStatusTable::selectorsMeanNamesAndInstances()
{
    QList<ProcessStatus> processes{running(u"a"_s, 1), running(u"a"_s, 2), running(u"b"_s, 3)};
    processes[1].instance = 1;
    const auto pids = [&processes](const QStringList &selectors) {
        QList<qint64> list;
        const auto selected = select(processes, selectors);
        for (const auto &status : std::get<QList<ProcessStatus>>(selected))
            list.append(*status.pid);
        return list;
    };
    QCOMPARE(pids({}), (QList<qint64>{1, 2, 3}));
    QCOMPARE(pids({u"a"_s}), (QList<qint64>{1, 2}));
    QCOMPARE(pids({u"a:1"_s}), (QList<qint64>{2}));
    QCOMPARE(pids({u"b"_s, u"a:0"_s, u"b"_s}), (QList<qint64>{1, 3}));
    const auto none = select(processes, {u"c"_s}, {u"c"_s});
    QVERIFY(std::get<QList<ProcessStatus>>(none).isEmpty());
    QVERIFY(std::holds_alternative<CommandExit>(select(processes, {u"c:0"_s}, {u"c"_s})));
}

void TestStatusTable::anUnknownNameIsAnsweredWithTheNearest()
{
    const QList<ProcessStatus> processes{running(u"monitor"_s, 1), running(u"importer"_s, 2)};
    const auto text = [&processes](const QString &selector) {
        const auto exit = std::get<CommandExit>(select(processes, {u"monitor"_s, selector}));
        return exit.code == ExitCode::Failed ? exit.text : QString();
    };
    QCOMPARE(text(u"imprter"_s), u"no process \"imprter\"; did you mean \"importer\"?\n"_s);
    QCOMPARE(text(u"xyz"_s), u"no process \"xyz\"; there are: monitor, importer\n"_s);
    QCOMPARE(text(u"monitor:3"_s), u"no process \"monitor:3\"; there is only monitor:0\n"_s);
}

QTEST_GUILESS_MAIN(TestStatusTable)
#include "tst_statustable.moc"
