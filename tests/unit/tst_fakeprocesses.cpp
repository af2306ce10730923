// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/outcome.h"

#include <semper/fakeprocesses.h>
#include <semper/httpservice.h>

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

#include <optional>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

/// The error that \a task throws; nothing where it throws none.
std::optional<RequestError> errorOf(QCoro::Task<QJsonObject> task)
{
    try {
        static_cast<void>(test::awaited(std::move(task)));
    } catch (const RequestError &error) {
        return error;
    }
    return std::nullopt;
}

} // namespace

/// A service's own code in a test: no process, no server.
class TestFakeProcesses : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aHandlerAnswersWhatTheServiceAsks();
    void aHandlerRefusesWithACode();
    void aProcessWithoutAHandlerIsUnknown();
    void whatTheServiceSendsIsKept();
    void theServiceAnswersWhatAProcessAsks();
    void aMessageReachesTheService();
    void onceTheyAreGoneTheServiceRunsAlone();
    void theServiceHasMetricsOfItsOwn();

private:
    HttpService m_shop{u"shop"_s};
};

void TestFakeProcesses::aHandlerAnswersWhatTheServiceAsks()
{
    FakeProcesses processes(m_shop);
    processes.setHandler(u"prices"_s, [](const QJsonObject &) {
        return QJsonObject{{u"eur"_s, 5}};
    });
    QCOMPARE(test::awaited(m_shop.ask(u"prices"_s, {})).value(u"eur"), 5);
    QCOMPARE(test::awaited(m_shop.ask(u"prices"_s, 3, {})).value(u"eur"), 5);
}

void TestFakeProcesses::aHandlerRefusesWithACode()
{
    FakeProcesses processes(m_shop);
    processes.setHandler(u"prices"_s, [](const QJsonObject &payload) -> QJsonObject {
        throw RequestError(u"sold_out"_s, u"come tomorrow"_s, payload);
    });
    const auto error = errorOf(m_shop.ask(u"prices"_s, {{u"n"_s, 1}}));
    QVERIFY(error);
    QCOMPARE(error->reason(), RequestError::Reason::Refused);
    QCOMPARE(error->code(), u"sold_out"_s);
    QCOMPARE(error->data().value(u"n"), 1);
}

void TestFakeProcesses::aProcessWithoutAHandlerIsUnknown()
{
    const FakeProcesses processes(m_shop);
    const auto error = errorOf(m_shop.ask(u"prices"_s, {}));
    QVERIFY(error);
    QCOMPARE(error->reason(), RequestError::Reason::Unknown);
}

void TestFakeProcesses::whatTheServiceSendsIsKept()
{
    const FakeProcesses processes(m_shop);
    QVERIFY(m_shop.send(u"prices"_s, {{u"n"_s, 1}}));
    QVERIFY(m_shop.send(u"prices"_s, 1, {{u"n"_s, 2}}));
    QCOMPARE(processes.messages(u"prices"_s).size(), 2);
    QCOMPARE(processes.messages(u"prices"_s).at(1).value(u"n"), 2);
    QVERIFY(processes.messages(u"other"_s).isEmpty());
}

void TestFakeProcesses::theServiceAnswersWhatAProcessAsks()
{
    FakeProcesses processes(m_shop);
    const auto unhandled = errorOf(processes.ask(u"prices"_s, {}));
    QVERIFY(unhandled);
    QCOMPARE(unhandled->reason(), RequestError::Reason::Unhandled);
    m_shop.onRequest([](const ProcessRequest &request) {
        return QJsonObject{{u"by"_s, u"%1:%2"_s.arg(request.process).arg(request.instance)}};
    });
    QCOMPARE(test::awaited(processes.ask(u"prices"_s, {}, 2)).value(u"by"), u"prices:2"_s);
}

void TestFakeProcesses::aMessageReachesTheService()
{
    FakeProcesses processes(m_shop);
    QSignalSpy received(&m_shop, &Service::messageReceived);
    processes.sendMessage(u"prices"_s, {{u"n"_s, 1}});
    QCOMPARE(received.size(), 1);
    QCOMPARE(received.at(0).at(0).toString(), u"prices"_s);
}

void TestFakeProcesses::onceTheyAreGoneTheServiceRunsAlone()
{
    {
        const FakeProcesses processes(m_shop);
    }
    const auto error = errorOf(m_shop.ask(u"prices"_s, {}));
    QVERIFY(error);
    QVERIFY(QByteArray(error->what()).contains("runs alone"));
}

void TestFakeProcesses::theServiceHasMetricsOfItsOwn()
{
    m_shop.gauge(u"open").set(3);
    m_shop.counter(u"orders", {{u"kind"_s, u"mail"_s}}).add(2);
    m_shop.histogram(u"order_ms", {}, {10}).record(4);
    const QJsonObject times{{u"buckets"_s, QJsonArray{QJsonArray{10, 1}}}, {u"count"_s, 1},
        {u"max"_s, 4}, {u"min"_s, 4}, {u"sum"_s, 4}};
    const QJsonObject expected{{u"gauges"_s, QJsonObject{{u"open"_s, 3}}},
        {u"counters"_s, QJsonObject{{u"orders{kind=\"mail\"}"_s, 2}}},
        {u"histograms"_s, QJsonObject{{u"order_ms"_s, times}}}};
    QCOMPARE(m_shop.metrics(), expected);
}

QTEST_GUILESS_MAIN(TestFakeProcesses)
#include "tst_fakeprocesses.moc"
