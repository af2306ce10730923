// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/fakeclock.h>
#include <semper/fakelink.h>
#include <semper/requesterror.h>
#include <semper/suspension.h>
#include <semper/userprocess.h>

#include "process/metricseries.h"
#include "process/metricstore.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <functional>
#include <future>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

/// What happened to one coroutine.
struct Outcome
{
    bool returned = false;
    bool stopped = false;
    QString error;
    qsizetype connections = -1;

    [[nodiscard]] bool isOpen() const { return !returned && !stopped && error.isEmpty(); }
};

QCoro::Task<> sleepFor(Process &process, std::chrono::milliseconds duration, Outcome &outcome)
{
    try {
        co_await process.sleep(duration);
        outcome.returned = true;
    } catch (const Stopped &) {
        outcome.stopped = true;
    }
}

QCoro::Task<> askForConnections(Process &process, Outcome &outcome)
{
    try {
        const QList<Connection> connections = co_await process.service().connections();
        outcome.connections = connections.size();
        outcome.returned = true;
    } catch (const RequestError &error) {
        outcome.error = QString::fromUtf8(error.what());
    } catch (const Stopped &) {
        outcome.stopped = true;
    }
}

/// The example of the documentation.
QCoro::Task<> monitor(Process &process, Outcome &outcome)
{
    while (!process.stopRequested()) {
        const auto connections = co_await process.service().connections();
        process.gauge(u"connections").set(connections.size());
        process.counter(u"rounds").add();
        co_await process.sleep(3s);
    }
    outcome.returned = true;
}

QCoro::Task<> ignoreEverything(Process &process, int &rounds)
{
    while (rounds < 100) {
        try {
            co_await process.sleep(1h);
        } catch (...) {
            ++rounds;
        }
    }
}

} // namespace

class TestProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void itKnowsItsNameAndItsSettings();
    void aSleepEndsAtItsTimeAndNotBefore();
    void aThousandSleepsEndAtOnceOnAStop();
    void aStopEndsASleepAndCutsOtherAwaitsShort();
    void whatBeginsAfterTheStopIsStopped();
    void aLoopThatCatchesEverythingLetsTheEventLoopRun();
    void nothingIsResumedInsideTheStop();
    void stoppingIsToldOnce();
    void theDocumentedLoopRunsByTheFakeClock();
    void connectionsInManyPartsComeTogether();
    void noAnswerIsAnErrorAfterTheTimeout();
    void aFullQueueIsAnErrorAtOnce();
    void aRefusalIsAnErrorWithItsText();
    void workIsToldAFewTimesASecondAtMost();
    void workIsNotToldToAServerThatDoesNotWantToKnow();
    void changesOfMetricsAreGathered();
    void metricsKeepTheirTotals();
    void metricsAreFlushedOnceAndOnlyWhenTheyChanged();
    void labelsMakeSeriesOfTheirOwn();
    void aLabelThatCannotBeIsToldOnce_data();
    void aLabelThatCannotBeIsToldOnce();
    void bucketsCountWhatIsNotAboveThem();
    void boundsThatDoNotRiseMakeNoBuckets();
    void aFullFrameOfMetricsFits();
    void aFullFrameOfLabelsAndBucketsFits();
    void tooManyMetricsAreToldOnceAndGoNowhere();
    void aNameThatCannotBeIsToldOnce_data();
    void aNameThatCannotBeIsToldOnce();
    void valuesThatAreNoNumbersAreNotTaken();
    void aReportThatIsTooLongIsNotTaken();
    void titleStatusAndReadyAreSent();
    void messagesGoBothWays();
    void messagesThatCannotBeSentAreTold();
    void anotherThreadIsToldSoAtOnce_data();
    void anotherThreadIsToldSoAtOnce();

private:
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<Process> m_process;
};

void TestProcess::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    m_process.reset();
    m_link = std::make_unique<FakeLink>();
    m_clock = std::make_unique<FakeClock>();
    m_process = std::make_unique<Process>(
        u"monitor"_s, 2, QJsonObject{{u"interval_ms"_s, 7}}, *m_link, *m_clock);
}

void TestProcess::itKnowsItsNameAndItsSettings()
{
    QCOMPARE(m_process->name(), u"monitor"_s);
    QCOMPARE(m_process->instance(), 2);
    QCOMPARE(m_process->settings().value(u"interval_ms"), 7);
    QCOMPARE(m_process->title(), u"monitor"_s);
    QVERIFY(!m_process->stopRequested());
}

void TestProcess::aSleepEndsAtItsTimeAndNotBefore()
{
    Outcome outcome;
    const auto task = sleepFor(*m_process, 3s, outcome);
    m_clock->advance(2999ms);
    QVERIFY(outcome.isOpen());
    m_clock->advance(1ms);
    QVERIFY(outcome.returned);
}

void TestProcess::aThousandSleepsEndAtOnceOnAStop()
{
    std::vector<Outcome> outcomes(1000);
    std::vector<QCoro::Task<>> tasks;
    for (Outcome &outcome : outcomes)
        tasks.push_back(sleepFor(*m_process, 1h, outcome));
    m_process->requestStop();
    m_clock->advance(0ms);
    for (const Outcome &outcome : outcomes)
        QVERIFY(outcome.returned);
}

void TestProcess::aStopEndsASleepAndCutsOtherAwaitsShort()
{
    m_link->setAnswers(false);
    Outcome sleeping;
    Outcome asking;
    const auto first = sleepFor(*m_process, 1h, sleeping);
    const auto second = askForConnections(*m_process, asking);
    m_process->requestStop();
    m_clock->advance(0ms);
    QVERIFY(sleeping.returned);
    QVERIFY(asking.stopped);
}

void TestProcess::whatBeginsAfterTheStopIsStopped()
{
    m_process->requestStop();
    Outcome sleeping;
    Outcome asking;
    const auto first = sleepFor(*m_process, 0s, sleeping);
    const auto second = askForConnections(*m_process, asking);
    m_clock->advance(0ms);
    QVERIFY(sleeping.stopped);
    QVERIFY(asking.stopped);
    QVERIFY(m_link->sent(u"request").isEmpty());
}

void TestProcess::aLoopThatCatchesEverythingLetsTheEventLoopRun()
{
    int rounds = 0;
    const auto task = ignoreEverything(*m_process, rounds);
    m_process->requestStop();
    int turns = 0;
    while (rounds < 100 && turns < 1000) {
        QCoreApplication::processEvents();
        ++turns;
    }
    QCOMPARE(rounds, 100);
    QVERIFY(turns > 10); // not all of them in one
}

void TestProcess::nothingIsResumedInsideTheStop()
{
    Outcome outcome;
    const auto task = sleepFor(*m_process, 1h, outcome);
    m_process->requestStop();
    QVERIFY(outcome.isOpen());
    m_clock->advance(0ms);
    QVERIFY(outcome.returned);
}

void TestProcess::stoppingIsToldOnce()
{
    QSignalSpy spy(m_process.get(), &Process::stopping);
    bool requested = false;
    connect(
        m_process.get(), &Process::stopping, this, [&] { requested = m_process->stopRequested(); });
    m_process->requestStop();
    m_process->requestStop();
    QCOMPARE(spy.count(), 1);
    QVERIFY(requested);
}

void TestProcess::theDocumentedLoopRunsByTheFakeClock()
{
    m_link->setConnections({{.id = 1, .peer = u"127.0.0.1:5000"_s}});
    Outcome outcome;
    const auto task = monitor(*m_process, outcome);
    m_clock->advance(10s); // rounds at 0, 3, 6 and 9 s
    QCOMPARE(m_link->gauge(u"connections"), 1);
    QCOMPARE(m_link->counter(u"rounds"), 4);
    m_process->requestStop();
    m_clock->advance(0s);
    QVERIFY(task.isReady());
    QVERIFY(outcome.returned);
}

void TestProcess::connectionsInManyPartsComeTogether()
{
    QList<Connection> many(2000);
    for (qsizetype i = 0; i < many.size(); ++i) {
        many[i].id = quint64(i) + 1;
        many[i].peer = u"127.0.0.1:%1"_s.arg(i);
    }
    m_link->setConnections(many);
    Outcome outcome;
    const auto task = askForConnections(*m_process, outcome);
    m_clock->advance(0s);
    QCOMPARE(outcome.connections, 2000);
}

void TestProcess::noAnswerIsAnErrorAfterTheTimeout()
{
    m_link->setAnswers(false);
    Outcome outcome;
    const auto task = askForConnections(*m_process, outcome);
    m_clock->advance(4999ms);
    QVERIFY(outcome.isOpen());
    m_clock->advance(1ms);
    QCOMPARE(outcome.error, u"no answer to service.connections within 5000 ms"_s);
    // The answer comes after all: nobody waits any more.
    const QJsonValue id = m_link->sent(u"request").constFirst().value(keys::id);
    m_link->receive(makeFrame(frames::response, {{keys::id, id}, {keys::result, QJsonArray()}}));
}

void TestProcess::aFullQueueIsAnErrorAtOnce()
{
    m_link->setTakesMore(false);
    Outcome outcome;
    const auto task = askForConnections(*m_process, outcome);
    m_clock->advance(0s);
    QVERIFY2(outcome.error.contains(u"too much waits"), qPrintable(outcome.error));
}

void TestProcess::aRefusalIsAnErrorWithItsText()
{
    m_link->setAnswers(false);
    Outcome outcome;
    const auto task = askForConnections(*m_process, outcome);
    const QJsonObject refusal{{keys::code, u"busy"_s}, {keys::detail, u"later"_s}};
    const QJsonValue id = m_link->sent(u"request").constFirst().value(keys::id);
    m_link->receive(makeFrame(frames::response, {{keys::id, id}, {keys::error, refusal}}));
    m_clock->advance(0s);
    QCOMPARE(outcome.error, u"busy: later"_s);
}

void TestProcess::workIsToldAFewTimesASecondAtMost()
{
    for (int i = 0; i < 2000; ++i) {
        m_process->worked();
        m_process->worked();
        m_clock->advance(1ms);
    }
    const qsizetype told = m_link->sent(u"worked").size();
    QVERIFY2(told >= 7 && told <= 9, qPrintable(QString::number(told)));
    m_clock->advance(10s); // once more for what came last, then never
    QVERIFY(m_link->sent(u"worked").size() <= told + 1);
    const qsizetype quiet = m_link->sent(u"worked").size();
    m_process->worked();
    QCOMPARE(m_link->sent(u"worked").size(), quiet + 1); // at once after a pause
}

void TestProcess::workIsNotToldToAServerThatDoesNotWantToKnow()
{
    m_link->receive(makeFrame(frames::welcome, {{u"worked_ms"_s, 0}}));
    m_process->worked();
    m_clock->advance(10s);
    QVERIFY(m_link->sent(u"worked").isEmpty());
    m_link->receive(makeFrame(frames::welcome, {{u"worked_ms"_s, 1000}}));
    m_process->worked();
    m_process->worked();
    m_clock->advance(999ms);
    QCOMPARE(m_link->sent(u"worked").size(), 1);
    m_clock->advance(1ms);
    QCOMPARE(m_link->sent(u"worked").size(), 2);
}

void TestProcess::changesOfMetricsAreGathered()
{
    const Gauge depth = m_process->gauge(u"queue_depth");
    for (int second = 0; second < 2; ++second) {
        for (int i = 0; i < 1000; ++i) {
            Gauge(depth).set(i);
            m_clock->advance(1ms);
        }
    }
    const qsizetype frames = m_link->sent(u"metrics").size();
    QVERIFY2(frames >= 7 && frames <= 9, qPrintable(QString::number(frames)));
    m_clock->advance(250ms);
    QCOMPARE(m_link->gauge(u"queue_depth"), 999);
    const qsizetype quiet = m_link->sent(u"metrics").size();
    m_clock->advance(10s);
    QCOMPARE(m_link->sent(u"metrics").size(), quiet);
}

void TestProcess::metricsKeepTheirTotals()
{
    Histogram times = m_process->histogram(u"write_ms");
    times.record(1500us);
    times.record(2ms);
    times.record(0.5);
    m_process->counter(u"rows").add(3);
    m_process->counter(u"rows").add();
    m_clock->advance(250ms);
    const QJsonObject frame = m_link->sent(u"metrics").constLast();
    const QJsonObject expected{
        {keys::count, 3}, {keys::sum, 4.0}, {keys::min, 0.5}, {keys::max, 2.0}};
    QCOMPARE(frame[keys::histograms][u"write_ms"].toObject(), expected);
    QCOMPARE(m_link->counter(u"rows"), 4);
    QCOMPARE(m_link->counter(u"nothing"), std::nullopt);
}

void TestProcess::metricsAreFlushedOnceAndOnlyWhenTheyChanged()
{
    m_process->flushMetrics();
    QVERIFY(m_link->sent(u"metrics").isEmpty());
    m_process->gauge(u"x").set(1);
    m_process->flushMetrics();
    m_process->flushMetrics();
    m_clock->advance(1s);
    QCOMPARE(m_link->sent(u"metrics").size(), 1);
}

void TestProcess::labelsMakeSeriesOfTheirOwn()
{
    m_process->counter(u"jobs", {{u"queue"_s, u"mail"_s}, {u"kind"_s, u"a\\\"b"_s}}).add(2);
    m_process->counter("jobs", {{u"queue"_s, u"print"_s}}).add();
    m_process->counter("jobs").add(3);
    m_process->counter(u"jobs", {{u"kind"_s, u"a\\\"b"_s}, {u"queue"_s, u"mail"_s}}).add(2);
    m_process->flushMetrics();
    const QJsonObject expected{{uR"(jobs{kind="a\\\"b",queue="mail"})"_s, 4},
        {uR"(jobs{queue="print"})"_s, 1}, {u"jobs"_s, 3}};
    QCOMPARE(m_link->sent(u"metrics").constLast()[keys::counters].toObject(), expected);
    QCOMPARE(m_link->counter(u"jobs", {{u"queue"_s, u"print"_s}}), 1);
}

void TestProcess::aLabelThatCannotBeIsToldOnce_data()
{
    QTest::addColumn<QString>("label");
    QTest::addColumn<QString>("value");
    QTest::newRow("no name") << QString() << u"x"_s;
    QTest::newRow("a dot") << u"a.b"_s << u"x"_s;
    QTest::newRow("digit first") << u"1a"_s << u"x"_s;
    QTest::newRow("a line") << u"a"_s << u"x\ny"_s;
    QTest::newRow("too long") << u"a"_s << QString(65, u'x');
}

void TestProcess::aLabelThatCannotBeIsToldOnce()
{
    QFETCH(const QString, label);
    QFETCH(const QString, value);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"labels that cannot be"_s));
    m_process->gauge(u"m", {{label, value}}).set(1);
    m_process->gauge(u"m", {{label, value}}).set(2);
    m_process->flushMetrics();
    QVERIFY(m_link->sent(u"metrics").value(0).value(keys::gauges).toObject().isEmpty());
}

void TestProcess::bucketsCountWhatIsNotAboveThem()
{
    const Histogram times = m_process->histogram(u"write_ms", {}, {5, 50});
    for (const int ms : {1, 5, 6, 50, 51, 500})
        times.record(ms);
    m_process->histogram(u"write_ms").record(2);
    m_process->flushMetrics();
    const auto told = m_link->histogram(u"write_ms");
    QVERIFY(told);
    QCOMPARE(told->count, 7);
    QCOMPARE(told->sum, 615);
    QCOMPARE(told->min, 1);
    QCOMPARE(told->max, 500);
    QCOMPARE(told->buckets, (QMap<double, qint64>{{5, 3}, {50, 5}}));
}

void TestProcess::boundsThatDoNotRiseMakeNoBuckets()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"has no buckets"_s));
    m_process->histogram(u"a", {}, {5, 5}).record(1);
    m_process->histogram(u"b", {}, {std::numeric_limits<double>::infinity()}).record(1);
    m_process->histogram(u"c", {}, QList<double>(33, 1)).record(1);
    m_process->flushMetrics();
    QCOMPARE(m_link->histogram(u"a")->count, 1);
    QVERIFY(m_link->histogram(u"a")->buckets.isEmpty());
    QVERIFY(m_link->histogram(u"c")->buckets.isEmpty());
}

void TestProcess::aFullFrameOfLabelsAndBucketsFits()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"is not sent"_s));
    QList<double> bounds;
    for (int i = 0; i < MetricStore::maximumBuckets; ++i)
        bounds.append((i + 1) * 1.2345678901234567e+300);
    MetricLabels labels;
    for (int i = 0; i < maximumLabels; ++i)
        labels.insert(u"l%1"_s.arg(i).leftJustified(64, u'_'), QString(64, u'"'));
    for (int i = 0; i < MetricStore::maximumMetrics; ++i) {
        labels[u"l0"_s.leftJustified(64, u'_')] = QString::number(i);
        m_process->histogram(u"m", labels, bounds).record(-1.2345678901234567e-300);
    }
    const QJsonObject empty{{u"a"_s, QString()}};
    const qsizetype frame = QJsonDocument(empty).toJson(QJsonDocument::Compact).size();
    QVERIFY(m_process->report({{u"a"_s, QString(MetricStore::maximumReportBytes - frame, u'x')}}));
    m_process->flushMetrics();
    const QByteArray bytes = encodeFrame(m_link->sent(u"metrics").constLast());
    QVERIFY2(bytes.size() < maximumFrameBytes, qPrintable(QString::number(bytes.size())));
    QVERIFY2(bytes.size() > 30'000, qPrintable(QString::number(bytes.size())));
}

void TestProcess::aFullFrameOfMetricsFits()
{
    for (int i = 0; i < MetricStore::maximumMetrics; ++i) {
        const QString name = u"a%1"_s.arg(i).leftJustified(maximumMetricNameLength, u'_');
        Histogram histogram = m_process->histogram(name);
        histogram.record(-1.2345678901234567e-300);
        histogram.record(1.2345678901234567e+300);
    }
    const QJsonObject empty{{u"a"_s, QString()}};
    const qsizetype frame = QJsonDocument(empty).toJson(QJsonDocument::Compact).size();
    const QString longText(MetricStore::maximumReportBytes - frame, u'x');
    QVERIFY(m_process->report({{u"a"_s, longText}}));
    m_process->flushMetrics();
    const QByteArray bytes = encodeFrame(m_link->sent(u"metrics").constLast());
    QVERIFY2(bytes.size() < maximumFrameBytes, qPrintable(QString::number(bytes.size())));
}

void TestProcess::tooManyMetricsAreToldOnceAndGoNowhere()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"metric \"m192\" is not sent"_s));
    for (int i = 0; i < MetricStore::maximumMetrics + 10; ++i)
        m_process->gauge(u"m%1"_s.arg(i)).set(i);
    m_process->flushMetrics();
    QCOMPARE(m_link->gauge(u"m191"), 191);
    QCOMPARE(m_link->gauge(u"m192"), std::nullopt);
}

void TestProcess::aNameThatCannotBeIsToldOnce_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QString();
    QTest::newRow("digit first") << u"1m"_s;
    QTest::newRow("space") << u"a b"_s;
    QTest::newRow("umlaut") << u"größe"_s;
    QTest::newRow("too long") << QString(65, u'a');
}

void TestProcess::aNameThatCannotBeIsToldOnce()
{
    QFETCH(const QString, name);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no metric can be called"_s));
    m_process->gauge(name).set(1);
    m_process->counter(name).add(1);
    m_process->flushMetrics();
    const QJsonObject frame = m_link->sent(u"metrics").value(0);
    QVERIFY(frame.value(keys::gauges).toObject().isEmpty());
}

void TestProcess::valuesThatAreNoNumbersAreNotTaken()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a value was not taken"_s));
    Gauge gauge = m_process->gauge(u"x");
    gauge.set(3);
    gauge.set(std::numeric_limits<double>::quiet_NaN());
    gauge.set(std::numeric_limits<double>::infinity());
    m_process->counter(u"y").add(-1);
    m_process->flushMetrics();
    QCOMPARE(m_link->gauge(u"x"), 3);
    QCOMPARE(m_link->counter(u"y"), 0);
}

void TestProcess::aReportThatIsTooLongIsNotTaken()
{
    QVERIFY(m_process->report({{u"a"_s, 1}}));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a report of .* was not taken"_s));
    QVERIFY(!m_process->report({{u"a"_s, QString(17000, u'x')}}));
    m_process->flushMetrics();
    QCOMPARE(m_link->sent(u"metrics").constLast()[keys::report][u"a"_s].toInt(), 1);
}

void TestProcess::titleStatusAndReadyAreSent()
{
    QSignalSpy spy(m_process.get(), &Process::titleChanged);
    m_process->setTitle(u"orders\nmonitor");
    m_process->setStatus(u"3 to do");
    QCOMPARE(m_link->status(), u"3 to do"_s);
    QVERIFY(!m_link->isReady());
    m_process->setReady();
    QVERIFY(m_link->isReady());
    m_process->setReady(false);
    QVERIFY(!m_link->isReady());
    QCOMPARE(m_link->sent(u"title").constLast().value(keys::text), u"orders monitor"_s);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(m_process->title(), u"orders monitor"_s);
    QCOMPARE(m_link->sent(u"status").constLast().value(keys::text), u"3 to do"_s);
    QCOMPARE(m_link->sent(u"ready").constFirst().value(keys::ready), true);
    QCOMPARE(m_link->sent(u"ready").constLast().value(keys::ready), false);
}

void TestProcess::messagesGoBothWays()
{
    QSignalSpy spy(m_process.get(), &Process::messageReceived);
    m_link->sendMessage({{u"order"_s, 4711}});
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy.first().first().toJsonObject().value(u"order"), 4711);
    QVERIFY(m_process->send({{u"done"_s, true}}));
    QCOMPARE(m_link->messages(), (QList<QJsonObject>{{{u"done"_s, true}}}));
}

void TestProcess::messagesThatCannotBeSentAreTold()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a message of .* was not sent"_s));
    QVERIFY(!m_process->send({{u"a"_s, QString(maximumFrameBytes, u'x')}}));
    m_link->setTakesMore(false);
    QVERIFY(!m_process->send({{u"a"_s, 1}}));
}

using Use = std::function<void(Process &process)>;
Q_DECLARE_METATYPE(Use)

void TestProcess::anotherThreadIsToldSoAtOnce_data()
{
    QTest::addColumn<Use>("use");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *what, const Use &use) {
        QTest::newRow(what) << use << QString::fromLatin1(what);
    };
    row("setStatus()", [](Process &process) { process.setStatus("busy"); });
    row("gauge()", [](Process &process) { static_cast<void>(process.gauge("x")); });
    row("send()", [](Process &process) { static_cast<void>(process.send({})); });
    row("worked()", [](Process &process) { process.worked(); });
    row("requestStop()", [](Process &process) { process.requestStop(); });
    row("an await",
        [](Process &process) { const Suspension suspension(process, Suspension::OnStop::Throw); });
}

void TestProcess::anotherThreadIsToldSoAtOnce()
{
    QFETCH(const Use, use);
    QFETCH(const QString, what);
    const QRegularExpression text(QRegularExpression::escape(what) + u".*another thread"_s);
    QTest::ignoreMessage(QtCriticalMsg, text);
    auto caught = std::async(std::launch::async, [&]() -> QString {
        try {
            use(*m_process);
        } catch (const std::logic_error &error) {
            return QString::fromUtf8(error.what());
        }
        return {};
    });
    QVERIFY(text.match(caught.get()).hasMatch());
    m_process->setStatus("here it may");
    QCOMPARE(m_link->status(), u"here it may"_s);
}

QTEST_GUILESS_MAIN(TestProcess)
#include "tst_process.moc"
