// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/fakeclock.h>
#include <semper/fakelink.h>
#include <semper/requesterror.h>
#include <semper/userprocess.h>

#include "process/metricstore.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <limits>
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
    void changesOfMetricsAreGathered();
    void metricsKeepTheirTotals();
    void metricsAreFlushedOnceAndOnlyWhenTheyChanged();
    void aFullFrameOfMetricsFits();
    void tooManyMetricsAreToldOnceAndGoNowhere();
    void aNameThatCannotBeIsToldOnce_data();
    void aNameThatCannotBeIsToldOnce();
    void valuesThatAreNoNumbersAreNotTaken();
    void aReportThatIsTooLongIsNotTaken();
    void titleStatusAndReadyAreSent();
    void messagesGoBothWays();
    void messagesThatCannotBeSentAreTold();

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
    m_link->setConnections({{.id = 1, .peer = u"127.0.0.1:5000"_s, .since = {}}});
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

void TestProcess::aFullFrameOfMetricsFits()
{
    for (int i = 0; i < MetricStore::maximumMetrics; ++i) {
        const QString name = u"a%1"_s.arg(i).leftJustified(MetricStore::maximumNameLength, u'_');
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
    m_process->setReady();
    m_process->setReady(false);
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

QTEST_GUILESS_MAIN(TestProcess)
#include "tst_process.moc"
