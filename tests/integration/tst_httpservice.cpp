// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/freeport.h"

#include <semper/httpserverrequest.h>
#include <semper/httpservice.h>

#include <QEventLoop>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QUrl>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 10000;

struct NoHandler
{
    QFuture<QHttpServerResponse> operator()() const;
};
struct LateHandler
{
    void operator()(const QHttpServerRequest &, QHttpServerResponder &&) const;
};
struct GoodHandler
{
    QString operator()(const QHttpServerRequest &) const;
};
static_assert(detail::ReturnsFuture<NoHandler>);
static_assert(detail::AnswersLater<LateHandler>);
static_assert(!detail::ReturnsFuture<GoodHandler> && !detail::AnswersLater<GoodHandler>);

QByteArray get(const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

quint16 portOf(const HttpService &service)
{
    return static_cast<quint16>(QUrl(service.addresses().value(0)).port());
}

} // namespace

class TestHttpService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theStockServiceTellsThatItIsUp();
    void anythingElseIsNotFound();
    void anOwnRouteReplacesTheStockOne();
    void namesAndPathsMayBeAnyLiteral();
    void handlersReturnWhatTheyLike();
    void namesOfHeadersAreInLowerCase();
    void routesOfOneMethodAnswerHeadToo();
    void liveConnectionsAreListed();
    void aClientMayGoWhileAHandlerLetsTheEventLoopTurn();
    void whoComesBeforeAReloadIsDecidedWaits();
    void aUnixSocketServesItsOwnerOnly();
    void aStaleSocketFileIsReplaced();
    void whatIsInTheWayOfASocketStays();
    void aSocketIsMadeForItsUserAlone();
    void aSocketWhoseNameOthersCouldExchangeIsRefused();
    void anAddressThatCannotBeBoundIsExplained_data();
    void anAddressThatCannotBeBoundIsExplained();
    void aLaterAddressReplacesTheFirst();
};

void TestHttpService::theStockServiceTellsThatItIsUp()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    QCOMPARE(service.type(), u"http"_s);
    QCOMPARE(service.addresses(), QStringList{u"http://127.0.0.1:%1"_s.arg(portOf(service))});
    RawClient client(portOf(service), get("/"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(QJsonDocument::fromJson(client.body()).object(),
        (QJsonObject{{u"service"_s, u"shop"_s}, {u"status"_s, u"ok"_s}}), patience);
    QVERIFY(client.has("Content-Type: application/json"));
}

void TestHttpService::anythingElseIsNotFound()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), get("/nothing") + "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    QCOMPARE(client.received().count("HTTP/1.1 404 "), 2);
    QCOMPARE(client.count("Content-Type: application/problem+json"), 2);
}

void TestHttpService::anOwnRouteReplacesTheStockOne()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    QVERIFY(service.route(u"/"_s, [] { return u"mine"_s; }));
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), get("/"));
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "mine", patience);
}

void TestHttpService::namesAndPathsMayBeAnyLiteral()
{
    HttpService service("shop", {.listen = u"127.0.0.1:0"_s});
    service.route("/narrow", [] { return "narrow "; });
    service.route(u"/wide", [] { return "wide "; });
    service.route("/latin"_L1, HttpService::Method::Get, [] { return "latin"; });
    service.addProcess("worker", {.className = u"Worker"_s});
    QCOMPARE(service.name(), u"shop"_s);
    QVERIFY(service.processes().contains(u"worker"_s));
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), get("/narrow") + get("/wide") + get("/latin"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 3, patience);
    QVERIFY(client.received().contains("narrow "));
    QVERIFY(client.received().contains("wide "));
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("latin"), patience);
}

void TestHttpService::handlersReturnWhatTheyLike()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    service.route(u"/json"_s, [] { return QJsonObject{{u"n"_s, 1}}; });
    service.route(u"/literal"_s, [] { return "text"; });
    service.route(u"/status"_s, [] { return QHttpServerResponse::StatusCode::NoContent; });
    service.route(
        u"/two/<arg>/<arg>"_s, [](const QString &a, int b, const QHttpServerRequest &request) {
            return a + QString::number(b) + request.url().query();
        });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(
        portOf(service), get("/json") + get("/literal") + get("/status") + get("/two/a/7?q"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 4, patience);
    QVERIFY(client.received().contains("application/json"));
    QVERIFY(client.received().contains("text/plain; charset=utf-8"));
    QVERIFY(client.received().contains("HTTP/1.1 204 "));
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("a7q"), patience);
}

void TestHttpService::namesOfHeadersAreInLowerCase()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    service.route(u"/shop"_s, [](const QHttpServerRequest &request) {
        const HttpServerRequest copy = HttpServerRequest::of(request);
        QByteArray text = copy.value("x-SHOP");
        for (const auto &[name, value] : copy.headers)
            if (name.startsWith("x-") || name.startsWith("X-"))
                text += ' ' + name + '=' + value;
        return QString::fromLatin1(text);
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "GET /shop HTTP/1.1\r\nHost: a\r\nX-Shop: Seven\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "Seven x-shop=Seven", patience);
}

void TestHttpService::routesOfOneMethodAnswerHeadToo()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    service.route(u"/x"_s, HttpService::Method::Get, [] { return u"hello"_s; });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(
        portOf(service), "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nPOST /x HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    QCOMPARE(client.status(), 200);
    QVERIFY(!client.received().contains("hello"));
    QVERIFY(client.received().contains("HTTP/1.1 404 "));
}

void TestHttpService::liveConnectionsAreListed()
{
    HttpService service(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.connections(), QList<Connection>());
    QCOMPARE(service.listen(), std::nullopt);
    const QDateTime before = QDateTime::currentDateTimeUtc();
    {
        RawClient first(portOf(service), get("/"));
        QTRY_COMPARE_WITH_TIMEOUT(first.status(), 200, patience);
        RawClient second(portOf(service), {});
        QTRY_COMPARE_WITH_TIMEOUT(service.connections().size(), 2, patience);
        const QList<Connection> connections = service.connections();
        QCOMPARE(connections[0].peer, u"127.0.0.1:%1"_s.arg(first.socket().localPort()));
        QCOMPARE(connections[1].peer, u"127.0.0.1:%1"_s.arg(second.socket().localPort()));
        QVERIFY(connections[0].id < connections[1].id);
        QCOMPARE(connections[0].bytesIn, get("/").size());
        QCOMPARE(connections[0].bytesOut, first.received().size());
        QCOMPARE(connections[1].bytesIn, 0);
        QVERIFY(connections[0].since >= before);
    }
    QTRY_COMPARE_WITH_TIMEOUT(service.connections().size(), 0, patience);
}

// The socket was deleted inside its own readyRead.
void TestHttpService::aClientMayGoWhileAHandlerLetsTheEventLoopTurn()
{
    HttpService service(u"http"_s, {.listen = u"127.0.0.1:0"_s});
    bool isOver = false;
    service.route(u"/wait"_s, [&] {
        QEventLoop loop;
        QTimer look;
        connect(&look, &QTimer::timeout, &loop, [&] {
            if (service.connectionCount() == 0)
                loop.quit();
        });
        look.start(10);
        loop.exec();
        isOver = true;
        return u"nobody hears it"_s;
    });
    QCOMPARE(service.listen(), std::nullopt);
    // It is there already when the request comes, which is then read from the socket's own signal.
    RawClient client(portOf(service), {});
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 1, patience);
    QTest::qWait(50);
    client.send(get("/wait"));
    QTimer::singleShot(200, this, [&client] { client.socket().abort(); });
    QTRY_VERIFY_WITH_TIMEOUT(isOver, patience);
    RawClient next(portOf(service), get("/"));
    QTRY_COMPARE_WITH_TIMEOUT(next.status(), 200, patience);
}

// Between the two halves of a reload it was served already: one that left in time left a dead
// socket to whom the listener was handed to then.
void TestHttpService::whoComesBeforeAReloadIsDecidedWaits()
{
    HttpService service(u"http"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    const quint16 port = test::freePort();
    const ListenAddress address{.host = u"127.0.0.1"_s, .port = port, .path = {}};
    const auto change = service.rebind({{QString(), {.address = address}}});
    const auto *commit = std::get_if<std::function<void()>>(&change);
    QVERIFY(commit);
    bool isCommitted = false;
    bool isServedBefore = false;
    connect(&service, &Service::connectionOpened, this,
        [&] { isServedBefore = isServedBefore || !isCommitted; });
    RawClient client(port, get("/"));
    {
        const RawClient impatient(port, get("/"));
        QTest::qWait(100);
    }
    QTest::qWait(100);
    isCommitted = true;
    (*commit)();
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QVERIFY(!isServedBefore);
}

void TestHttpService::aUnixSocketServesItsOwnerOnly()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"http.sock"_s);
    {
        HttpService service(u"shop"_s, {.listen = u"unix:"_s + path});
        QCOMPARE(service.listen(), std::nullopt);
        QCOMPARE(service.addresses(), QStringList{u"unix:"_s + path});
        QCOMPARE(QFile::permissions(path) & ~(QFile::ReadUser | QFile::WriteUser),
            QFile::ReadOwner | QFile::WriteOwner);
        QLocalSocket client;
        client.connectToServer(path);
        client.write(get("/"));
        QByteArray received;
        QTRY_VERIFY_WITH_TIMEOUT((received += client.readAll()).contains("\"shop\""), patience);
        QCOMPARE(service.connections().value(0).peer, u"pid %1"_s.arg(::getpid()));
        QVERIFY(service.connections().value(0).bytesOut > 0);
    }
    QVERIFY(!QFile::exists(path));
}

void TestHttpService::aStaleSocketFileIsReplaced()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"http.sock"_s);
    HttpService first(u"a"_s, {.listen = u"unix:"_s + path});
    QCOMPARE(first.listen(), std::nullopt);
    HttpService second(u"b"_s, {.listen = u"unix:"_s + path});
    QCOMPARE(
        second.listen(), u"cannot listen on unix:%1: the address is already in use"_s.arg(path));

    QVERIFY(QFile::rename(path, path + u".old"_s));
    const QString old = path + u".old"_s;
    {
        HttpService dies(u"c"_s, {.listen = u"unix:"_s + path});
        QCOMPARE(dies.listen(), std::nullopt);
        QVERIFY(QFile::rename(path, folder.filePath(u"stale"_s)));
    }
    QVERIFY(QFileInfo::exists(folder.filePath(u"stale"_s)));
    HttpService third(u"d"_s, {.listen = u"unix:"_s + folder.filePath(u"stale"_s)});
    QCOMPARE(third.listen(), std::nullopt);
}

void TestHttpService::whatIsInTheWayOfASocketStays()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"precious"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("data");
    file.close();
    HttpService service(u"a"_s, {.listen = u"unix:"_s + path});
    QCOMPARE(service.listen(),
        u"cannot listen on unix:%1: a file that is no socket is in the way"_s.arg(path));
    QCOMPARE(QFileInfo(path).size(), 4);
}

void TestHttpService::aSocketIsMadeForItsUserAlone()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"s"_s);
    const mode_t before = ::umask(0);
    HttpService service(u"a"_s, {.listen = u"unix:"_s + path});
    const auto reason = service.listen();
    const mode_t after = ::umask(before);
    QCOMPARE(reason, std::nullopt);
    QCOMPARE(after, 0U); // is as it was
    struct stat about = {};
    QCOMPARE(::lstat(QFile::encodeName(path).constData(), &about), 0);
    QCOMPARE(about.st_mode, mode_t(S_IFSOCK | 0600));
}

void TestHttpService::aSocketWhoseNameOthersCouldExchangeIsRefused()
{
    const QTemporaryDir folder;
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
    HttpService service(u"a"_s, {.listen = u"unix:"_s + folder.filePath(u"s"_s)});
    const QString reason = service.listen().value_or(QString());
    QVERIFY2(reason.contains(folder.path() + u" may be written by anybody"_s), qPrintable(reason));
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 01777), 0); // as /tmp is
    QCOMPARE(service.listen(), std::nullopt);
}

void TestHttpService::anAddressThatCannotBeBoundIsExplained_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("part");
    QTest::newRow("empty") << QString() << u"the address \"\" of service shop must be"_s;
    QTest::newRow("nonsense") << u"a:b:c"_s << u"the address \"a:b:c\" of service shop must be"_s;
    QTest::newRow("not here") << u"192.0.2.1:0"_s << u"cannot listen on 192.0.2.1:0: "_s;
    QTest::newRow("no such folder")
        << u"unix:/nowhere/x"_s << u"cannot listen on unix:/nowhere/x: No such file"_s;
}

void TestHttpService::anAddressThatCannotBeBoundIsExplained()
{
    QFETCH(const QString, address);
    QFETCH(const QString, part);
    HttpService service(u"shop"_s, {.listen = address});
    const auto reason = service.listen();
    QVERIFY(reason.has_value());
    QVERIFY2(reason->startsWith(part), qPrintable(*reason));
    QCOMPARE(service.addresses(), QStringList());
}

void TestHttpService::aLaterAddressReplacesTheFirst()
{
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress(QHostAddress::LocalHost)));
    const QString address = u"127.0.0.1:%1"_s.arg(taken.serverPort());
    HttpService service(u"shop"_s, {.listen = address});
    QCOMPARE(service.listen(),
        u"cannot listen on %1: The bound address is already in use"_s.arg(address));
    service.setListen(u"[::1]:0"_s);
    QCOMPARE(service.listen(), std::nullopt);
    QVERIFY(service.addresses().value(0).startsWith(u"http://[::1]:"));
}

QTEST_GUILESS_MAIN(TestHttpService)
#include "tst_httpservice.moc"
