// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/httpclient.h>

#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/systemclock.h>

#include "http/qthttpcompat.h"
#include "support/certificates.h"
#include "support/scriptedhttp.h"

#include <QHttpServer>
#include <QHttpServerResponse>
#include <QRegularExpression>
#include <QSslServer>
#include <QTest>
#include <QTimer>

#include <optional>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

Q_DECLARE_METATYPE(semper::HttpError::Kind)

namespace {

constexpr int patience = 20000;

/// How a request ended.
struct Outcome
{
    bool isOver = false;
    bool isStopped = false;
    std::optional<HttpError::Kind> kind = {};
    QString what = {};
    HttpResponse response = {};
};

QCoro::Task<> follow(QCoro::Task<HttpResponse> answer, Outcome &outcome)
{
    try {
        const HttpResponse response = co_await answer;
        outcome.response = response;
    } catch (const HttpError &error) {
        outcome.kind = error.kind();
        outcome.what = QString::fromUtf8(error.what());
    } catch (const Stopped &) {
        outcome.isStopped = true;
    }
    outcome.isOver = true;
}

/// What an author writes: each form in one go.
QCoro::Task<> speakAll(HttpClient &http, QUrl url, QStringList &bodies)
{
    const auto got = co_await http.get(url);
    bodies.append(QString::fromUtf8(got.body()));
    const QJsonObject order{{u"id"_s, 7}};
    const auto posted = co_await http.post(url, order);
    bodies.append(QString::fromUtf8(posted.body()));
    const auto put = co_await http.put(url, "a,b", "text/csv");
    bodies.append(QString::fromUtf8(put.body()));
    const auto patched = co_await http.patch(url, order);
    bodies.append(QString::fromUtf8(patched.body()));
    const auto removed = co_await http.remove(url);
    bodies.append(QString::fromUtf8(removed.body()));
    const auto head = co_await http.head(url);
    bodies.append(head.header(u"x-method"));
    HttpRequest request("OPTIONS", url);
    request.setHeader("X-Extra", "1");
    const auto options = co_await http.send(request);
    bodies.append(QString::fromUtf8(options.body()));
}

} // namespace

class TestHttpClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void anAnswerOfARealServerIsWhole();
    void eachMethodSendsWhatItIsGiven();
    void headersGoWithEveryRequest();
    void noValueAddsAHeader();
    void badBehaviourIsATypedError_data();
    void badBehaviourIsATypedError();
    void nobodyThereIsUnreachable();
    void onlyHttpIsFetched_data();
    void onlyHttpIsFetched();
    void redirectionsStayWithinTheOrigin();
    void elsewhereNoTokenIsShown();
    void aPostThatIsSentToSeeBecomesAGet();
    void roundInCirclesEnds();
    void whomNobodyVouchesForIsNotSpokenTo();
    void anAuthorityOfOnesOwnIsBelieved();
    void aNameThatIsNotOnTheCertificateIsNotBelieved();
    void aStopEndsItAndClosesTheConnection();
    void afterAStopNothingIsSent();
    void theLoopRunsOnMeanwhile();
    void manyAreUnderWayAtOnce();
    void aClientThatGoesLeavesItsRequestsToEnd();

private:
    [[nodiscard]] Outcome await(QCoro::Task<HttpResponse> answer)
    {
        Outcome outcome;
        const auto task = follow(std::move(answer), outcome);
        if (!QTest::qWaitFor([&] { return outcome.isOver; }, patience))
            qFatal("a request did not end");
        return outcome;
    }

    Certificates m_certificates; ///< "server" is of localhost, and not of 127.0.0.1
    FakeLink m_link;
    SystemClock m_clock;
    std::unique_ptr<Process> m_process;
    std::unique_ptr<HttpClient> m_http;
};

void TestHttpClient::initTestCase()
{
    QVERIFY(m_certificates.make(u"authority"_s, u"authority"_s));
    QVERIFY(
        m_certificates.makeSigned(u"server"_s, u"localhost"_s, u"authority"_s, u"DNS:localhost"_s));
}

void TestHttpClient::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    m_process = std::make_unique<Process>(u"test"_s, 0, QJsonObject(), m_link, m_clock);
    m_http = std::make_unique<HttpClient>(*m_process);
    m_http->setTimeout(std::chrono::milliseconds(patience));
}

void TestHttpClient::cleanup()
{
    m_http.reset();
    m_process.reset();
}

void TestHttpClient::anAnswerOfARealServerIsWhole()
{
    QHttpServer server;
    server.route(u"/stock"_s, [] { return QJsonObject{{u"stock"_s, 12}}; });
    const QByteArray large(3'000'000, 'x');
    server.route(u"/large"_s, [&large] { return QHttpServerResponse("text/plain", large); });
    auto listener = std::make_unique<QTcpServer>();
    QVERIFY(listener->listen(QHostAddress::LocalHost));
    const QString base = u"http://127.0.0.1:%1"_s.arg(listener->serverPort());
    qthttp::bind(server, std::move(listener));

    const Outcome stock = await(m_http->get(QUrl(base + u"/stock"_s)));
    QCOMPARE(stock.what, QString());
    QCOMPARE(stock.response.status(), 200);
    QVERIFY(stock.response.isSuccess());
    QCOMPARE(stock.response.json()[u"stock"_s].toInt(), 12);
    QCOMPARE(stock.response.header(u"CONTENT-type"), u"application/json"_s);
    QCOMPARE(stock.response.header(u"x-none"), QString());

    const Outcome large_ = await(m_http->get(QUrl(base + u"/large"_s)));
    QCOMPARE(large_.response.body(), large);
    QVERIFY(large_.response.json().isUndefined());

    const Outcome missing = await(m_http->get(QUrl(base + u"/missing"_s)));
    QVERIFY(!missing.kind);
    QCOMPARE(missing.response.status(), 404);
    QVERIFY(!missing.response.isSuccess());
}

void TestHttpClient::eachMethodSendsWhatItIsGiven()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &request) {
        const QByteArray echo
            = request.method() + ' ' + request.header("Content-Type") + ' ' + request.body;
        ScriptedHttp::reply(peer, "200 OK", request.method() == "HEAD" ? QByteArray() : echo,
            "X-Method: " + request.method() + "\r\n");
    });
    QStringList bodies;
    const auto task = speakAll(*m_http, server.url(u"/a?b=c"_s), bodies);
    QTRY_VERIFY_WITH_TIMEOUT(task.isReady(), patience);
    QCOMPARE(bodies,
        (QStringList{u"GET  "_s, u"POST application/json {\"id\":7}"_s, u"PUT text/csv a,b"_s,
            u"PATCH application/json {\"id\":7}"_s, u"DELETE  "_s, u"HEAD"_s, u"OPTIONS  "_s}));
    QCOMPARE(server.requests.first().path(), "/a?b=c");
    QCOMPARE(server.requests.last().header("X-Extra"), "1");
}

void TestHttpClient::headersGoWithEveryRequest()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &) {
        ScriptedHttp::reply(peer, "200 OK", "", "Set-Cookie: a=b\r\n");
    });
    m_http->setBearerToken(" secret\n");
    m_http->setHeader("X-Shop", "first");
    m_http->setHeader("x-shop", "second");
    QVERIFY(await(m_http->get(server.url(u"/"_s))).response.isSuccess());
    HttpRequest request("GET", server.url(u"/"_s));
    request.setHeader("X-SHOP", "its own");
    QVERIFY(await(m_http->send(request)).response.isSuccess());
    QCOMPARE(server.requests.size(), 2);
    QCOMPARE(server.requests.at(0).header("Authorization"), "Bearer secret");
    QCOMPARE(server.requests.at(0).header("X-Shop"), "second");
    QVERIFY(server.requests.at(0).header("User-Agent").startsWith("Semper/"));
    QCOMPARE(server.requests.at(1).header("X-Shop"), "its own");
    QCOMPARE(server.requests.at(1).header("Cookie"), QByteArray());
}

void TestHttpClient::noValueAddsAHeader()
{
    QVERIFY_EXCEPTION_THROWN(m_http->setHeader("X", "a\r\nY: b"), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(m_http->setHeader("X: a", "b"), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(m_http->setBearerToken("a\nb"), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(HttpRequest("GET / HTTP/1.1", QUrl()), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(m_http->addAuthorities("none"), std::invalid_argument);
}

void TestHttpClient::badBehaviourIsATypedError_data()
{
    using Kind = HttpError::Kind;
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("says nothing") << QByteArray() << false << Kind::Timeout;
    QTest::newRow("stops in the head")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Le") << false << Kind::Timeout;
    QTest::newRow("stops in the body")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") << false << Kind::Timeout;
    QTest::newRow("closes at once") << QByteArray() << true << Kind::Protocol;
    QTest::newRow("closes in the head")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Le") << true << Kind::Protocol;
    QTest::newRow("closes in the body")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") << true << Kind::Protocol;
    QTest::newRow("closes in a chunk")
        << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc") << true
        << Kind::Protocol;
    QTest::newRow("closes in the body of an error")
        << QByteArray("HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nabc") << true << Kind::Protocol;
    QTest::newRow("is no HTTP") << QByteArray("220 mail.example ESMTP\r\n\r\n") << true
                                << Kind::Protocol;
    QTest::newRow("is longer than it may be, and says so")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc") << false
        << Kind::TooLarge;
    QTest::newRow("is longer than it may be, and does not say so")
        << QByteArray("HTTP/1.1 200 OK\r\n\r\n" + QByteArray(2000, 'x')) << false << Kind::TooLarge;
    QTest::newRow("is unpacked to more than it may be")
        << "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n"
            + qCompress(QByteArray(2'000'000, 'x'), 9).sliced(4)
        << true << Kind::TooLarge;
}

void TestHttpClient::badBehaviourIsATypedError()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const bool, closes);
    QFETCH(const HttpError::Kind, kind);
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &) {
        peer.write(answer);
        if (closes)
            peer.disconnectFromHost();
    });
    m_http->setMaximumBodyBytes(1000);
    if (kind == HttpError::Kind::Timeout)
        m_http->setTimeout(300ms);
    const Outcome outcome = await(m_http->get(server.url(u"/x?password=1"_s)));
    QVERIFY2(outcome.kind, qPrintable(QString::number(outcome.response.status())));
    QVERIFY2(*outcome.kind == kind, qPrintable(outcome.what));
    QVERIFY2(outcome.what.startsWith(u"GET http://127.0.0.1:%1/x: "_s.arg(server.port())),
        qPrintable(outcome.what));
    // The connection of what failed is not kept for the next one.
    QTRY_VERIFY_WITH_TIMEOUT(server.gone >= 1, patience);
}

void TestHttpClient::nobodyThereIsUnreachable()
{
    ScriptedHttp server([](QTcpSocket &, const RawRequest &) {});
    const QUrl url = server.url(u"/"_s);
    server.close();
    const Outcome outcome = await(m_http->get(url));
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == HttpError::Kind::Unreachable, qPrintable(outcome.what));
}

void TestHttpClient::onlyHttpIsFetched_data()
{
    QTest::addColumn<QUrl>("url");
    QTest::newRow("file") << QUrl(u"file:///etc/passwd"_s);
    QTest::newRow("data") << QUrl(u"data:text/plain,a"_s);
    QTest::newRow("resource") << QUrl(u"qrc:/a"_s);
    QTest::newRow("nothing") << QUrl();
    QTest::newRow("no host") << QUrl(u"http:///path"_s);
}

void TestHttpClient::onlyHttpIsFetched()
{
    QFETCH(const QUrl, url);
    const Outcome outcome = await(m_http->get(url));
    QVERIFY(outcome.kind);
    QCOMPARE(*outcome.kind, HttpError::Kind::Protocol);
}

void TestHttpClient::redirectionsStayWithinTheOrigin()
{
    ScriptedHttp other(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", "other"); });
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &request) {
        if (request.path() == "/a")
            ScriptedHttp::reply(peer, "302 Found", "", "Location: b\r\n");
        else if (request.path() == "/b")
            ScriptedHttp::reply(peer, "200 OK", "here");
        else if (request.path() == "/file")
            ScriptedHttp::reply(peer, "302 Found", "", "Location: file:///etc/passwd\r\n");
        else
            ScriptedHttp::reply(
                peer, "302 Found", "gone", "Location: " + other.url(u"/"_s).toEncoded() + "\r\n");
    });
    m_http->setBearerToken("secret");
    const Outcome here = await(m_http->get(server.url(u"/a"_s)));
    QCOMPARE(here.response.body(), "here");
    QCOMPARE(here.response.url(), server.url(u"/b"_s));
    QCOMPARE(server.requests.last().header("Authorization"), "Bearer secret");

    const Outcome away = await(m_http->get(server.url(u"/away"_s)));
    QCOMPARE(away.response.status(), 302);
    QCOMPARE(away.response.header(u"location"), other.url(u"/"_s).toString());
    QCOMPARE(away.response.body(), "gone");
    QVERIFY(other.requests.isEmpty());

    m_http->setRedirects(HttpClient::Redirects::NotLessSafe);
    QCOMPARE(await(m_http->get(server.url(u"/file"_s))).response.status(), 302);
    m_http->setRedirects(HttpClient::Redirects::None);
    QCOMPARE(await(m_http->get(server.url(u"/a"_s))).response.status(), 302);
}

void TestHttpClient::elsewhereNoTokenIsShown()
{
    ScriptedHttp other(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", "other"); });
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &) {
        ScriptedHttp::reply(peer, "307 Temporary Redirect", "",
            "Location: " + other.url(u"/"_s).toEncoded() + "\r\n");
    });
    m_http->setRedirects(HttpClient::Redirects::NotLessSafe);
    m_http->setBearerToken("secret");
    m_http->setHeader("X-Api-Key", "secret");
    const Outcome outcome = await(m_http->post(server.url(u"/"_s), "a,b", "text/csv"));
    QCOMPARE(outcome.response.body(), "other");
    QCOMPARE(server.requests.first().header("Authorization"), "Bearer secret");
    QVERIFY2(!other.requests.first().head.contains("secret"), other.requests.first().head);
    QCOMPARE(other.requests.first().method(), "POST");
    QCOMPARE(other.requests.first().header("Content-Type"), "text/csv");
    QCOMPARE(other.requests.first().body, "a,b");
}

void TestHttpClient::aPostThatIsSentToSeeBecomesAGet()
{
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &request) {
        if (request.method() == "POST")
            ScriptedHttp::reply(peer, "303 See Other", "", "Location: /made\r\n");
        else
            ScriptedHttp::reply(peer, "200 OK", request.path());
    });
    const Outcome outcome = await(m_http->post(server.url(u"/"_s), "a,b", "text/csv"));
    QCOMPARE(outcome.response.body(), "/made");
    QCOMPARE(server.requests.last().header("Content-Type"), QByteArray());
    QCOMPARE(server.requests.last().body, QByteArray());
}

void TestHttpClient::roundInCirclesEnds()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &) {
        ScriptedHttp::reply(peer, "301 Moved", "", "Location: /\r\n");
    });
    const Outcome outcome = await(m_http->get(server.url(u"/"_s)));
    QVERIFY(outcome.kind);
    QCOMPARE(*outcome.kind, HttpError::Kind::Protocol);
    QCOMPARE(server.requests.size(), 11);
}

namespace {

std::unique_ptr<QTcpServer> tlsServer(const QSslConfiguration &tls)
{
    auto server = std::make_unique<QSslServer>();
    server->setSslConfiguration(tls);
    return server;
}

} // namespace

void TestHttpClient::whomNobodyVouchesForIsNotSpokenTo()
{
    ScriptedHttp server(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", "whole"); },
        tlsServer(m_certificates.tls(u"server"_s)));
    const Outcome outcome = await(m_http->get(server.namedUrl(u"/"_s)));
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == HttpError::Kind::Tls, qPrintable(outcome.what));
    QVERIFY2(outcome.what.contains(u"certificate"_s), qPrintable(outcome.what));
    QVERIFY(server.requests.isEmpty());
}

void TestHttpClient::anAuthorityOfOnesOwnIsBelieved()
{
    ScriptedHttp server(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", "whole"); },
        tlsServer(m_certificates.tls(u"server"_s)));
    m_http->addAuthorities(m_certificates.pem(u"authority"_s));
    const Outcome outcome = await(m_http->get(server.namedUrl(u"/"_s)));
    QCOMPARE(outcome.what, QString());
    QCOMPARE(outcome.response.body(), "whole");
}

void TestHttpClient::aNameThatIsNotOnTheCertificateIsNotBelieved()
{
    ScriptedHttp server(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", "whole"); },
        tlsServer(m_certificates.tls(u"server"_s)));
    m_http->addAuthorities(m_certificates.pem(u"authority"_s));
    const Outcome outcome = await(m_http->get(server.url(u"/"_s, u"https"_s)));
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == HttpError::Kind::Tls, qPrintable(outcome.what));
    QVERIFY(server.requests.isEmpty());
}

void TestHttpClient::aStopEndsItAndClosesTheConnection()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &) {
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    });
    Outcome outcome;
    const auto task = follow(m_http->get(server.url(u"/"_s)), outcome);
    QTRY_COMPARE_WITH_TIMEOUT(server.requests.size(), 1, patience);
    QVERIFY(!outcome.isOver);
    m_process->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(outcome.isOver, patience);
    QVERIFY(outcome.isStopped);
    QTRY_COMPARE_WITH_TIMEOUT(server.gone, 1, patience);
}

void TestHttpClient::afterAStopNothingIsSent()
{
    ScriptedHttp server(
        [](QTcpSocket &peer, const RawRequest &) { ScriptedHttp::reply(peer, "200 OK", ""); });
    m_process->requestStop();
    QVERIFY(await(m_http->get(server.url(u"/"_s))).isStopped);
    QVERIFY(server.requests.isEmpty());
}

void TestHttpClient::theLoopRunsOnMeanwhile()
{
    // The answer comes once the loop of who awaits it has turned a hundred times.
    int ticks = 0;
    QTimer timer;
    QTcpSocket *asking = nullptr;
    connect(&timer, &QTimer::timeout, this, [&] {
        if (++ticks == 100)
            ScriptedHttp::reply(*asking, "200 OK", "whole");
    });
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &) {
        asking = &peer;
        timer.start(1ms);
    });
    QCOMPARE(await(m_http->get(server.url(u"/"_s))).response.body(), "whole");
    QVERIFY(ticks >= 100);
}

void TestHttpClient::manyAreUnderWayAtOnce()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &request) {
        ScriptedHttp::reply(peer, "200 OK", request.path());
    });
    constexpr int many = 60;
    std::vector<Outcome> outcomes(many);
    std::vector<QCoro::Task<>> tasks;
    for (int i = 0; i < many; ++i)
        tasks.push_back(follow(m_http->get(server.url(u"/%1"_s.arg(i))), outcomes[size_t(i)]));
    for (int i = 0; i < many; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(outcomes[size_t(i)].isOver, patience);
        QCOMPARE(outcomes[size_t(i)].response.body(), "/" + QByteArray::number(i));
    }
}

void TestHttpClient::aClientThatGoesLeavesItsRequestsToEnd()
{
    QTcpSocket *asking = nullptr;
    ScriptedHttp server([&](QTcpSocket &peer, const RawRequest &) { asking = &peer; });
    Outcome outcome;
    const auto task = follow(m_http->get(server.url(u"/"_s)), outcome);
    QTRY_VERIFY_WITH_TIMEOUT(asking != nullptr, patience);
    m_http.reset();
    ScriptedHttp::reply(*asking, "200 OK", "whole");
    QTRY_VERIFY_WITH_TIMEOUT(outcome.isOver, patience);
    QCOMPARE(outcome.response.body(), "whole");
}

QTEST_GUILESS_MAIN(TestHttpClient)
#include "tst_httpclient.moc"
