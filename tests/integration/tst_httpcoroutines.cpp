// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"

#include <semper/database.h>
#include <semper/httpclient.h>
#include <semper/httpservice.h>
#include <semper/stopped.h>
#include <semper/taskscope.h>

#include <QCoroSignal>
#include <QCoroTimer>
#include <QTest>

#include <functional>
#include <memory>
#include <stdexcept>
#include <variant>
#include <vector>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10000;

QByteArray get(const QByteArray &target, const QByteArray &headers = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

/// What handlers wait for.
class Gate : public QObject
{
    Q_OBJECT
public:
    int waiting = 0;
    int passed = 0;
Q_SIGNALS:
    void opened();
};

} // namespace

/// Handlers of an HTTP service that are coroutines: they answer later, if anybody still listens.
class TestHttpCoroutines : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void aCoroutineAnswersLater();
    void everyKindOfAnswerMayBeAwaited_data();
    void everyKindOfAnswerMayBeAwaited();
    void theRequestReachesTheCoroutineAsAValue();
    void othersAreServedMeanwhile();
    void pipelinedRequestsAreAnsweredInOrder();
    void aConnectionIsKeptAfterALateAnswer();
    void aClientThatLeavesHurtsNobody();
    void aHandlerThatTakesTooLongIsAnsweredFor();
    void whatAHandlerThrowsIsA500();
    void headHasNoBody();
    void aClosedConnectionGetsItsAnswerFirst();
    void aFloodBehindARequestDoesNotTakeItsAnswer();
    void theServiceMayGoWhileAHandlerWaits();
    void theServiceMayGoWhileHandlersOfSeveralListenersWait();
    void aHandlerAsksADatabaseAndAnotherService();
    void theEndOfTheServiceCutsShortWhatWaitsInItsScope();

private:
    QCoro::Task<> pass()
    {
        ++m_gate.waiting;
        co_await qCoro(&m_gate, &Gate::opened);
        --m_gate.waiting;
        ++m_gate.passed;
    }
    [[nodiscard]] quint16 port() const
    {
        return quint16(QUrl(m_service->addresses().value(0)).port());
    }

    Gate m_gate;
    std::unique_ptr<HttpService> m_service;
};

void TestHttpCoroutines::init()
{
    m_gate.waiting = 0;
    m_gate.passed = 0;
    HttpLimits limits;
    limits.handlerTimeout = 60s;
    m_service = std::make_unique<HttpService>(
        u"http"_s, HttpServiceOptions{.listen = u"127.0.0.1:0"_s, .limits = limits});
    m_service->route(u"/late/<arg>"_s, [this](const QString &what) -> QCoro::Task<QString> {
        co_await pass();
        co_return u"late "_s + what;
    });
    m_service->route(u"/now"_s, [] { return u"now"_s; });
    m_service->route(u"/at-once"_s, []() -> QCoro::Task<QString> { co_return u"at once"_s; });
    m_service->route(u"/json"_s, [this]() -> QCoro::Task<QJsonObject> {
        co_await pass();
        co_return QJsonObject{{u"a"_s, 1}};
    });
    m_service->route(u"/response"_s, [this]() -> QCoro::Task<QHttpServerResponse> {
        co_await pass();
        co_return QHttpServerResponse("text/html"_ba, "<p>"_ba);
    });
    m_service->route(u"/echo/<arg>"_s, HttpService::Method::Post,
        [this](const QString &what, const HttpServerRequest &request) -> QCoro::Task<QString> {
            co_await pass();
            co_return what + u'|' + QString::fromUtf8(request.body) + u'|'
                + QString::fromUtf8(request.value("x-thing")) + u'|' + request.url.query();
        });
    m_service->route(u"/throw"_s, [this]() -> QCoro::Task<QString> {
        co_await pass();
        throw std::runtime_error("boom");
    });
    QCOMPARE(m_service->listen(), std::nullopt);
}

void TestHttpCoroutines::cleanup()
{
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 0, patience);
    m_service.reset();
}

void TestHttpCoroutines::aCoroutineAnswersLater()
{
    RawClient client(port(), get("/late/x"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    QVERIFY(client.received().isEmpty());
    Q_EMIT m_gate.opened();
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("late x"), patience);
    QCOMPARE(client.status(), 200);
    RawClient ready(port(), get("/at-once"));
    QTRY_VERIFY_WITH_TIMEOUT(ready.received().endsWith("at once"), patience);
}

void TestHttpCoroutines::everyKindOfAnswerMayBeAwaited_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("text") << "/late/y"_ba
                          << "text/plain"_ba
                          << "late y"_ba;
    QTest::newRow("json") << "/json"_ba
                          << "application/json"_ba
                          << "{\"a\":1}"_ba;
    QTest::newRow("response") << "/response"_ba
                              << "text/html"_ba
                              << "<p>"_ba;
}

void TestHttpCoroutines::everyKindOfAnswerMayBeAwaited()
{
    QFETCH(const QByteArray, target);
    QFETCH(const QByteArray, type);
    QFETCH(const QByteArray, body);
    RawClient client(port(), get(target));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(
        client.body().simplified().replace(" ", ""), QByteArray(body).replace(" ", ""), patience);
    QVERIFY(client.received().toLower().contains("content-type: " + type));
}

void TestHttpCoroutines::theRequestReachesTheCoroutineAsAValue()
{
    RawClient client(port(),
        "POST /echo/w?q=1 HTTP/1.1\r\nHost: localhost\r\nX-Thing: t\r\nContent-Length: "
        "4\r\n\r\nbody");
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    RawClient other(port(), get("/now"));
    QTRY_VERIFY_WITH_TIMEOUT(other.received().endsWith("now"), patience);
    Q_EMIT m_gate.opened();
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("w|body|t|q=1"), patience);
}

void TestHttpCoroutines::othersAreServedMeanwhile()
{
    std::vector<std::unique_ptr<RawClient>> late;
    for (int i = 0; i < 50; ++i)
        late.push_back(std::make_unique<RawClient>(port(), get("/late/" + QByteArray::number(i))));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 50, patience);
    RawClient other(port(), get("/now"));
    QTRY_VERIFY_WITH_TIMEOUT(other.received().endsWith("now"), patience);
    Q_EMIT m_gate.opened();
    for (size_t i = 0; i < late.size(); ++i)
        QTRY_VERIFY_WITH_TIMEOUT(
            late[i]->received().endsWith("late " + QByteArray::number(qulonglong(i))), patience);
}

void TestHttpCoroutines::pipelinedRequestsAreAnsweredInOrder()
{
    RawClient client(port(), get("/late/1") + get("/now") + get("/late/2") + get("/at-once"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    QVERIFY(client.received().isEmpty()); // "/now" waits for its turn
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 4, patience);
    const QByteArray all = client.received();
    const QList<qsizetype> places{
        all.indexOf("late 1"), all.indexOf("now"), all.indexOf("late 2"), all.indexOf("at once")};
    QVERIFY(!places.contains(-1));
    QVERIFY(std::ranges::is_sorted(places));
}

void TestHttpCoroutines::aConnectionIsKeptAfterALateAnswer()
{
    RawClient client(port(), get("/late/1"));
    for (int round = 1; round <= 3; ++round) {
        QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
        Q_EMIT m_gate.opened();
        QTRY_COMPARE_WITH_TIMEOUT(client.answers(), round, patience);
        client.send(get("/late/again"));
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    QCOMPARE(m_service->connectionCount(), 1);
}

void TestHttpCoroutines::aClientThatLeavesHurtsNobody()
{
    for (int i = 0; i < 20; ++i) {
        RawClient client(port(), get("/late/" + QByteArray::number(i)));
        QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, i + 1, patience);
        client.socket().abort();
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.passed, 20, patience); // Each ran to its end.
    RawClient other(port(), get("/now"));
    QTRY_VERIFY_WITH_TIMEOUT(other.received().endsWith("now"), patience);
}

void TestHttpCoroutines::aHandlerThatTakesTooLongIsAnsweredFor()
{
    HttpLimits limits;
    limits.handlerTimeout = 300ms;
    HttpService service(u"slow"_s, {.listen = u"127.0.0.1:0"_s, .limits = limits});
    service.route(u"/late"_s, [this]() -> QCoro::Task<QString> {
        co_await pass();
        co_return u"too late"_s;
    });
    QCOMPARE(service.listen(), std::nullopt);
    const auto where = quint16(QUrl(service.addresses().value(0)).port());
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(u"no answer in time to \"GET\" \"/late\""_s));
    RawClient client(where, get("/late"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 503, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(m_gate.waiting, 1);
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.passed, 1, patience);
    QVERIFY(!client.received().contains("too late"));
}

void TestHttpCoroutines::whatAHandlerThrowsIsA500()
{
    QTest::ignoreMessage(QtWarningMsg, "the handler of /throw threw: boom");
    RawClient client(port(), get("/throw"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 500, patience);
    QVERIFY(!client.received().contains("boom"));
}

void TestHttpCoroutines::headHasNoBody()
{
    RawClient client(
        port(), "HEAD /late/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    Q_EMIT m_gate.opened();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QVERIFY(client.body().isEmpty());
}

void TestHttpCoroutines::aClosedConnectionGetsItsAnswerFirst()
{
    RawClient client(port(), get("/late/x"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    QVERIFY(m_service->closeConnection(1));
    Q_EMIT m_gate.opened();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(client.received().endsWith("late x"));
}

void TestHttpCoroutines::aFloodBehindARequestDoesNotTakeItsAnswer()
{
    RawClient client(port(), get("/late/x"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    constexpr int behind = 5000;
    client.send(get("/now").repeated(behind));
    QTRY_VERIFY_WITH_TIMEOUT(m_service->connections().value(0).bytesIn > 0, patience);
    QVERIFY(client.received().isEmpty());
    QVERIFY(m_service->connections().value(0).bytesIn < 128 * 1024); // The rest has to wait.
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 1 + behind, 6 * patience);
    QVERIFY(client.body().startsWith("late x"));
}

void TestHttpCoroutines::theServiceMayGoWhileAHandlerWaits()
{
    RawClient client(port(), get("/late/x"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    m_service.reset();
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.passed, 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(client.received().isEmpty());
}

void TestHttpCoroutines::theServiceMayGoWhileHandlersOfSeveralListenersWait()
{
    m_service->addListener(u"other"_s, {.listen = u"127.0.0.1:0"_s});
    const auto rebinding = m_service->rebind(m_service->listeners());
    const auto *rebind = std::get_if<std::function<void()>>(&rebinding);
    QVERIFY(rebind);
    RawClient before(port(), get("/late/x") + get("/late/y"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 1, patience);
    (*rebind)();
    RawClient after(quint16(QUrl(m_service->addresses().value(1)).port()), get("/late/z"));
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.waiting, 2, patience);
    m_service.reset();
    Q_EMIT m_gate.opened();
    QTRY_COMPARE_WITH_TIMEOUT(m_gate.passed, 2, patience);
    QTRY_VERIFY_WITH_TIMEOUT(before.closed() && after.closed(), patience);
}

void TestHttpCoroutines::aHandlerAsksADatabaseAndAnotherService()
{
    HttpService shop(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    const auto db = std::make_shared<Database>(shop.scope(), u"sqlite::memory:");
    const auto http = std::make_shared<HttpClient>(shop.scope());
    const QUrl other(m_service->addresses().value(0) + u"/now"_s);
    shop.route(u"/sum"_s, [&shop, db, http, other]() -> QCoro::Task<QJsonObject> {
        co_await shop.scope().sleep(1ms);
        const auto sum = co_await db->first<qint64>(u"select ? + ?", 19, 23);
        const HttpResponse now = co_await http->get(other);
        co_return QJsonObject{
            {u"sum"_s, sum.value_or(0)}, {u"now"_s, QString::fromUtf8(now.body())}};
    });
    QCOMPARE(shop.listen(), std::nullopt);
    RawClient client(quint16(QUrl(shop.addresses().value(0)).port()));
    client.send(get("/sum"));
    QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("\"sum\":42"), patience);
    QVERIFY(client.received().contains("\"now\":\"now\""));
}

void TestHttpCoroutines::theEndOfTheServiceCutsShortWhatWaitsInItsScope()
{
    auto shop = std::make_unique<HttpService>(u"shop"_s, HttpServiceOptions{});
    const auto db = std::make_shared<Database>(shop->scope(), u"sqlite::memory:"); // outlives it
    TaskScope &scope = shop->scope();
    bool stopped = false;
    const auto wait = [&]() -> QCoro::Task<> {
        try {
            while (true)
                co_await scope.sleep(1h);
        } catch (const Stopped &) {
            stopped = true;
        }
    };
    scope.spawn(wait());
    shop.reset();
    QTRY_VERIFY_WITH_TIMEOUT(stopped, patience);
    QTRY_COMPARE_WITH_TIMEOUT(scope.running(), 0, patience);
}

QTEST_GUILESS_MAIN(TestHttpCoroutines)
#include "tst_httpcoroutines.moc"
