// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedhub.h"

#include "model/format.h"
#include "model/outputstore.h"
#include "model/processfilter.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::dashboard;

namespace {

Event makeExit(const QString &name, const QDateTime &at, const QString &decision)
{
    static qint64 id = 0;
    return Event::fromJson({{keys::id, ++id}, {keys::type, u"exit"_s}, {keys::process, name},
        {keys::instance, 0}, {keys::at, wireTime(at)}, {keys::decision, decision},
        {keys::lastExit, QJsonObject{{keys::code, 3}}}});
}

QString cell(const ProcessModel &model, const QString &name, ProcessModel::Column column)
{
    return model.index(model.indexOf({name, 0}).row(), column).data().toString();
}

QStringList names(const ProcessFilter &filter)
{
    QStringList names;
    for (int row = 0; row < filter.rowCount(); ++row)
        names.append(filter.index(row, ProcessModel::Name).data().toString());
    return names;
}

} // namespace

class TestDashboardModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void modelAndFilterKeepTheirPromises();
    void aThousandMetricsAreAnnouncedAtOnce();
    void instancesAreToldApartOnlyWhereThereAreMore();
    void problemsComeFirst();
    void aCrashLoopIsToldAlsoWhileItRuns();
    void everyExitThatNobodyAskedForIsMarkedOnce();
    void aCounterThatIsNotToldOfAnyMoreHasNoRate();
    void aClockThatIsSetBackHoldsNothingUp();
    void anIntentEndsWithItsEffectNotBefore();
    void aRestartIsDoneWithAnotherPidOnly();
    void aRefusedCommandIsToldInItsRow();
    void uptimeCountsByItselfAndStopsWhenStale();
    void theNextStartCountsDownAndIsATimeWhenStale();
    void pausedNumbersHoldWhileStatesGoOn();
    void filterFindsByNameClassAndState();
    void gapsStayGaps();
    void countersBecomeRatesAndHistogramsMeans();
    void aTotalTwiceInASecondIsNoRateOfNothing();
    void memoryIsUnknownUntilItIsMeasured();
    void aCounterThatStartsAgainIsAGapNotANegativeRate();
    void outputKeepsItsLineNumbersWhenOldLinesLeave();
    void outputLosesColourCodesAndNothingElse();
    void formatsAreWhatAPersonWouldWrite();
};

void TestDashboardModel::modelAndFilterKeepTheirPromises()
{
    ProcessModel model;
    ProcessFilter filter(&model);
    QAbstractItemModelTester modelTester(
        &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QAbstractItemModelTester filterTester(
        &filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.applySnapshot({runningProcess(u"a"_s), runningProcess(u"b"_s), runningProcess(u"c"_s)});
    QCOMPARE(names(filter), QStringList({u"a"_s, u"b"_s, u"c"_s}));
    filter.setText(u"b"_s);
    QCOMPARE(names(filter), QStringList{u"b"_s});
    model.applyState(runningProcess(u"bb"_s));
    filter.setText({});
    filter.sort(ProcessModel::Name, Qt::DescendingOrder);
    QCOMPARE(names(filter), QStringList({u"c"_s, u"bb"_s, u"b"_s, u"a"_s}));
    model.applySnapshot({runningProcess(u"d"_s), runningProcess(u"b"_s)});
    filter.resort();
    QCOMPARE(names(filter), QStringList({u"d"_s, u"b"_s}));
    model.applySnapshot({});
    QCOMPARE(filter.rowCount(), 0);
}

void TestDashboardModel::aThousandMetricsAreAnnouncedAtOnce()
{
    ProcessModel model;
    QList<ProcessStatus> processes;
    for (int i = 0; i < 100; ++i)
        processes.append(runningProcess(u"p"_s, i));
    model.applySnapshot(processes);
    model.flush();
    QSignalSpy changes(&model, &ProcessModel::dataChanged);
    for (int round = 0; round < 10; ++round)
        for (int i = 10; i < 90; ++i)
            model.applyMetrics({u"p"_s, i}, {{keys::cpuRatio, 0.5}});
    QCOMPARE(changes.size(), 0);
    model.flush();
    model.flush();
    QCOMPARE(changes.size(), 1);
    QCOMPARE(changes.first().at(0).toModelIndex().row(), 10);
    QCOMPARE(changes.first().at(1).toModelIndex().row(), 89);
}

void TestDashboardModel::instancesAreToldApartOnlyWhereThereAreMore()
{
    ProcessModel model;
    model.applySnapshot(
        {runningProcess(u"web"_s, 0), runningProcess(u"web"_s, 1), runningProcess(u"one"_s)});
    QCOMPARE(model.displayName({u"web"_s, 1}), u"web:1"_s);
    QCOMPARE(model.displayName({u"one"_s, 0}), u"one"_s);
}

void TestDashboardModel::problemsComeFirst()
{
    ProcessModel model;
    ProcessFilter filter(&model);
    ProcessStatus failed = runningProcess(u"failed"_s);
    failed.state = ProcessPhase::Failed;
    ProcessStatus notReady = runningProcess(u"not-ready"_s);
    notReady.ready = false;
    ProcessStatus hung = runningProcess(u"hung"_s);
    hung.alive = false;
    ProcessStatus stopped = runningProcess(u"aaa-stopped"_s);
    stopped.state = ProcessPhase::Stopped;
    ProcessStatus starting = runningProcess(u"starting"_s);
    starting.state = ProcessPhase::Starting;
    model.applySnapshot({stopped, runningProcess(u"fine"_s), starting, notReady, failed, hung});
    filter.resort();
    QCOMPARE(names(filter),
        QStringList(
            {u"failed"_s, u"hung"_s, u"not-ready"_s, u"starting"_s, u"fine"_s, u"aaa-stopped"_s}));
    const std::array<int, 5> expected{1, 2, 1, 1, 1};
    QCOMPARE(model.severityCounts(), expected);
}

void TestDashboardModel::aCrashLoopIsToldAlsoWhileItRuns()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    model.applySnapshot({process});
    QSignalSpy severities(&model, &ProcessModel::severitiesChanged);
    process.restartsIn10Minutes = 3;
    process.uptime = 2s;
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Crash loop"_s);
    QCOMPARE(model.find({u"p"_s, 0})->severity(), Severity::Failing);
    QCOMPARE(severities.size(), 1);
    process.uptime = 60s;
    process.restartsInAnHour = 3;
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Flapping"_s);
    QCOMPARE(model.find({u"p"_s, 0})->severity(), Severity::Degraded);
}

void TestDashboardModel::everyExitThatNobodyAskedForIsMarkedOnce()
{
    ProcessModel model;
    model.applySnapshot({runningProcess(u"p"_s)});
    const QDateTime now = QDateTime::currentDateTimeUtc();
    model.applyEvent(makeExit(u"p"_s, now.addSecs(-20), u"restart"_s));
    model.applyEvent(makeExit(u"p"_s, now.addSecs(-10), u"stop"_s));
    const Event last = makeExit(u"p"_s, now, u"restart"_s);
    model.applyEvent(last);
    QCOMPARE(model.find({u"p"_s, 0})->history()->restarts().size(), 2);
    model.applyEvent(last); // replayed after a reconnection
    QCOMPARE(model.find({u"p"_s, 0})->history()->restarts().size(), 2);
}

void TestDashboardModel::aCounterThatIsNotToldOfAnyMoreHasNoRate()
{
    const auto counted = [](int total) {
        return QJsonObject{{keys::counters, QJsonObject{{u"orders"_s, total}}}};
    };
    MetricHistory history;
    history.apply(counted(0), 1'000);
    history.apply(counted(100), 2'000);
    const Series &series = history.metrics().at(u"orders"_s).series;
    const QJsonObject sample{{keys::cpuRatio, 0.5}};
    history.apply(sample, 3'000);
    QCOMPARE(series.valueAt(3'000)->value, 100.0); // it may be about to tell
    history.apply(sample, 4'000);
    QCOMPARE(series.valueAt(4'000)->value, 0.0);
    history.apply(counted(150), 5'000);
    QCOMPARE(series.valueAt(5'000)->value, 50.0);
}

void TestDashboardModel::aClockThatIsSetBackHoldsNothingUp()
{
    ProcessModel model;
    model.applySnapshot({runningProcess(u"p"_s)});
    const ProcessId id{u"p"_s, 0};
    const QDateTime before = QDateTime::currentDateTimeUtc();
    const QDateTime after = before.addSecs(-3600);
    model.applyMetrics(id, {{keys::at, wireTime(before)}, {keys::cpuRatio, 0.25}});
    model.applyMetrics(id, {{keys::at, wireTime(after)}, {keys::cpuRatio, 0.75}});
    const Sample *shown = model.find(id)->history()->cpu().valueAt(model.displayTime());
    QVERIFY(shown != nullptr);
    QCOMPARE(shown->value, 0.75);

    for (int i = 0; i < 3; ++i)
        model.applyEvent(makeExit(u"p"_s, before.addSecs(-1200 * i), u"restart"_s));
    const QList<qint64> &marks = model.find(id)->history()->restarts();
    QVERIFY(std::ranges::is_sorted(marks));
    QVERIFY(marks.last() <= model.displayTime());
}

void TestDashboardModel::anIntentEndsWithItsEffectNotBefore()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    model.applySnapshot({process});
    model.setIntent({u"p"_s, 0},
        {.action = Action::Stop,
            .since = Intent::Clock::now() - 3s,
            .pidBefore = {},
            .accepted = false});
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Stopping… 3 s"_s);
    model.acceptIntent({u"p"_s, 0});
    process.state = ProcessPhase::Stopping;
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Stopping… 3 s"_s);
    process.cause = cause::Unkillable{.state = u"D"_s, .waitsIn = u"nfs_wait"_s};
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Unkillable"_s);
    process.state = ProcessPhase::Stopped;
    process.pid.reset();
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Stopped"_s);
}

void TestDashboardModel::aRestartIsDoneWithAnotherPidOnly()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    model.applySnapshot({process});
    model.setIntent({u"p"_s, 0},
        {.action = Action::Restart,
            .since = Intent::Clock::now(),
            .pidBefore = {},
            .accepted = false});
    model.acceptIntent({u"p"_s, 0});
    model.applyState(process);
    QVERIFY(model.find({u"p"_s, 0})->intent());
    process.pid = *process.pid + 1;
    model.applyState(process);
    QVERIFY(!model.find({u"p"_s, 0})->intent());
}

void TestDashboardModel::aRefusedCommandIsToldInItsRow()
{
    ProcessModel model;
    model.applySnapshot({runningProcess(u"p"_s)});
    model.setIntent({u"p"_s, 0},
        {.action = Action::Stop,
            .since = Intent::Clock::now(),
            .pidBefore = {},
            .accepted = false});
    model.setCommandProblem({u"p"_s, 0}, u"Stop failed: no"_s);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Running"_s);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::LastEvent), u"Stop failed: no"_s);
}

void TestDashboardModel::uptimeCountsByItselfAndStopsWhenStale()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    process.uptime = 1s;
    model.applySnapshot({process});
    QCOMPARE(cell(model, u"p"_s, ProcessModel::Uptime), u"1 s"_s);
    QTRY_VERIFY_WITH_TIMEOUT(cell(model, u"p"_s, ProcessModel::Uptime) != u"1 s"_s, 10'000);
    model.setStale(true);
    const QString shown = cell(model, u"p"_s, ProcessModel::Uptime);
    const qint64 held = model.displayTime();
    ProcessModel live; // for which a second passes
    live.applySnapshot({process});
    QTRY_VERIFY_WITH_TIMEOUT(cell(live, u"p"_s, ProcessModel::Uptime) != u"1 s"_s, 10'000);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::Uptime), shown);
    QCOMPARE(model.displayTime(), held);
}

void TestDashboardModel::theNextStartCountsDownAndIsATimeWhenStale()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    process.state = ProcessPhase::Backoff;
    process.pid.reset();
    process.nextStartAt = QDateTime::currentDateTimeUtc().addMSecs(3900);
    model.applySnapshot({process});
    const QString first = cell(model, u"p"_s, ProcessModel::NextStart);
    QVERIFY2(first.startsWith(u"in "_s), qPrintable(first));
    QTRY_VERIFY_WITH_TIMEOUT(cell(model, u"p"_s, ProcessModel::NextStart) != first, 10'000);
    model.setStale(true);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::NextStart), format::clock(process.nextStartAt));
}

void TestDashboardModel::pausedNumbersHoldWhileStatesGoOn()
{
    ProcessModel model;
    ProcessStatus process = runningProcess(u"p"_s);
    model.applySnapshot({process});
    const QString before = cell(model, u"p"_s, ProcessModel::Cpu);
    model.setPaused(true);
    model.applyMetrics({u"p"_s, 0}, {{keys::cpuRatio, 0.9}});
    QCOMPARE(cell(model, u"p"_s, ProcessModel::Cpu), before);
    QCOMPARE(model.find({u"p"_s, 0})->history()->cpu().size(), 1);
    process.state = ProcessPhase::Failed;
    model.applyState(process);
    QCOMPARE(cell(model, u"p"_s, ProcessModel::State), u"Failed"_s);
}

void TestDashboardModel::filterFindsByNameClassAndState()
{
    ProcessModel model;
    ProcessFilter filter(&model);
    ProcessStatus command = runningProcess(u"importer"_s);
    command.className.clear();
    command.command = {u"python3"_s, u"importer.py"_s};
    ProcessStatus failed = runningProcess(u"x"_s);
    failed.state = ProcessPhase::Failed;
    model.applySnapshot({command, failed, runningProcess(u"y"_s)});
    const auto found = [&filter](const QString &text) {
        filter.setText(text);
        return filter.rowCount();
    };
    QCOMPARE(found(u"IMPORT"_s), 1);
    QCOMPARE(found(u"python"_s), 1);
    QCOMPARE(found(u"demoproc"_s), 2);
    QCOMPARE(found(u"failed"_s), 1);
    QCOMPARE(found(u"nothing like it"_s), 0);
    filter.setText({});
    filter.setSeverity(Severity::Failing);
    QCOMPARE(names(filter), QStringList{u"x"_s});
}

void TestDashboardModel::gapsStayGaps()
{
    Series series;
    series.append(1000, 1);
    series.append(2000, 2);
    series.addGap(2500);
    series.addGap(2600);
    QCOMPARE(series.size(), 3);
    QVERIFY(series.valueAt(2700) == nullptr);
    QCOMPARE(series.valueAt(2100)->value, 2.0);
    series.append(3000, 3);
    QCOMPARE(series.valueAt(3000)->value, 3.0);
    for (qint64 at = 4000; at < 4'000'000; at += 1000)
        series.append(at, double(at));
    QCOMPARE(series.size(), Series::capacity);
    QCOMPARE(series.at(series.size() - 1).at, 3'999'000);
}

void TestDashboardModel::countersBecomeRatesAndHistogramsMeans()
{
    MetricHistory history;
    const auto frame = [](double total, double count, double sum) {
        return QJsonObject{{keys::counters, QJsonObject{{u"orders"_s, total}}},
            {keys::histograms,
                QJsonObject{
                    {u"latency_ms"_s, QJsonObject{{keys::count, count}, {keys::sum, sum}}}}}};
    };
    history.apply(frame(100, 10, 50), 1'000);
    history.apply(frame(150, 20, 250), 3'000);
    QCOMPARE(history.metrics().at(u"orders"_s).series.valueAt(3'000)->value, 25.0);
    QCOMPARE(history.metrics().at(u"latency_ms"_s).series.valueAt(3'000)->value, 20.0);
}

void TestDashboardModel::aTotalTwiceInASecondIsNoRateOfNothing()
{
    MetricHistory history;
    for (qint64 at = 1'000; at < 11'000; at += 500) // each total comes twice, as the server samples
        history.apply({{keys::counters, QJsonObject{{u"beats"_s, at / 1'000}}}}, at);
    const Series &series = history.metrics().at(u"beats"_s).series;
    for (qint64 at = 2'000; at < 11'000; at += 500)
        QCOMPARE(series.valueAt(at)->value, 1.0);
}

void TestDashboardModel::memoryIsUnknownUntilItIsMeasured()
{
    MetricHistory history;
    history.apply({{keys::memoryBytes, 0}}, 1'000);
    QVERIFY(history.memory().isEmpty());
    history.apply({{keys::memoryBytes, 4096}}, 2'000);
    QCOMPARE(history.memory().valueAt(2'000)->value, 4096.0);
}

void TestDashboardModel::aCounterThatStartsAgainIsAGapNotANegativeRate()
{
    MetricHistory history;
    for (const auto &[at, total] : {std::pair(1'000, 500), {2'000, 600}, {3'000, 5}, {4'000, 15}})
        history.apply({{keys::counters, QJsonObject{{u"orders"_s, total}}}}, at);
    const Series &series = history.metrics().at(u"orders"_s).series;
    QCOMPARE(series.valueAt(2'000)->value, 100.0);
    QVERIFY(series.valueAt(3'500) == nullptr);
    QCOMPARE(series.valueAt(4'000)->value, 10.0);
}

void TestDashboardModel::outputKeepsItsLineNumbersWhenOldLinesLeave()
{
    OutputStore store;
    const ProcessId id{u"p"_s, 0};
    QStringList lines;
    for (int i = 0; i < OutputBuffer::maximumLines + 5; ++i)
        lines.append(u"line %1"_s.arg(i));
    store.append(id, 1, lines, 3);
    const auto buffer = store.find(id);
    QCOMPARE(buffer->endNumber() - buffer->firstNumber(), OutputBuffer::maximumLines);
    QCOMPARE(buffer->firstNumber(), 6);
    QCOMPARE(buffer->line(buffer->endNumber() - 1).text, lines.last().toUtf8());
    store.append({u"q"_s, 0}, 1, {}, 2);
    QCOMPARE(store.find({u"q"_s, 0})->line(0).kind, OutputLine::Kind::Mark);
}

void TestDashboardModel::outputLosesColourCodesAndNothingElse()
{
    OutputBuffer buffer;
    const auto shown = [&buffer](const QString &text) {
        buffer.append(1, text, OutputLine::Kind::Text, 1 << 20);
        return QString::fromUtf8(buffer.line(buffer.endNumber() - 1).text);
    };
    QCOMPARE(shown(u"\x1b[1;31mred\x1b[0m and grün"_s), u"red and grün"_s);
    QCOMPARE(shown(u"a\tb"_s), u"a       b"_s);
    QCOMPARE(shown(u"\x1b]0;title\x07text\r"_s), u"text"_s);
    QCOMPARE(shown(u"cut \x1b["_s), u"cut "_s);
    QCOMPARE(shown(QString(10'000, u'x')).size(), OutputBuffer::maximumLineLength + 1);
}

void TestDashboardModel::formatsAreWhatAPersonWouldWrite()
{
    QLocale::setDefault(QLocale::c());
    QCOMPARE(format::duration(59'999ms), u"59 s"_s);
    QCOMPARE(format::duration(252s), u"4 min 12 s"_s);
    QCOMPARE(format::duration(26h), u"1 d 2 h"_s);
    QCOMPARE(format::countdown(3100ms), u"in 4 s"_s);
    QCOMPARE(format::countdown(0ms), u"now"_s);
    QCOMPARE(format::percent(0.1234), u"12.3 %"_s);
    QCOMPARE(format::number(17), u"17"_s);
    QCOMPARE(format::metric(u"wait_ms"_s, 4.5), u"4.5 ms"_s);
}

QTEST_GUILESS_MAIN(TestDashboardModel)
#include "tst_dashboardmodel.moc"
