// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requesthead.h"
#include "http/requesttarget.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

const QByteArray host = "Host: localhost\r\n";

QByteArray get(const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\n" + host + "\r\n";
}

QByteArray withHeaders(const QByteArray &headers)
{
    return "POST /x HTTP/1.1\r\n" + host + headers + "\r\n";
}

/// The status it is refused with; 0 for a head that passes, 1 for one that is not whole.
int statusOf(const QByteArray &bytes, const HttpLimits &limits = {})
{
    const auto parsed = parseRequestHead(bytes, limits);
    if (const auto *problem = std::get_if<Problem>(&parsed))
        return problem->status;
    return std::holds_alternative<IncompleteHead>(parsed) ? 1 : 0;
}

RequestHead headOf(const QByteArray &bytes)
{
    auto parsed = parseRequestHead(bytes, {});
    if (auto *head = std::get_if<RequestHead>(&parsed))
        return *head;
    return {};
}

} // namespace

class TestRequestHead : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void badHeadsAreRefused_data();
    void badHeadsAreRefused();
    void goodHeadsPass_data();
    void goodHeadsPass();
    void everyPrefixOfAGoodHeadIsIncomplete();
    void nothingInAHeadOfZeroBytesIsWrong();
    void aHeadTellsWhatItSaid();
    void theBodyIsNoPartOfTheHead();
    void aTargetWithAHostComesBeforeTheHeader();
    void aChunkedBodyIsKnown();
    void blankLinesAreDropped();
    void whoClosesIsKnown_data();
    void whoClosesIsKnown();
    void theCanonicalFormHasOneLengthAndNoConnectionHeaders();
    void theCanonicalFormReadsTheSame();
    void pathsAreDecodedOnce_data();
    void pathsAreDecodedOnce();
    void limitsHoldToTheByte();
    void everySingleByteInEveryPlaceIsSurvived();
};

void TestRequestHead::badHeadsAreRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &bytes, int status = 400) {
        QTest::newRow(name) << bytes << status;
    };

    row("TLS hello", QByteArray("\x16\x03\x01\x02", 4));
    row("NUL", QByteArray("\0", 1));
    row("blank first", " GET / HTTP/1.1\r\n");
    row("HTTP/0.9", "GET /\r\n\r\n");
    row("no target", "GET HTTP/1.1\r\n" + host + "\r\n");
    row("two blanks", "GET  / HTTP/1.1\r\n" + host + "\r\n");
    row("two targets", "GET /a /b HTTP/1.1\r\n" + host + "\r\n");
    row("tab between", "GET\t/ HTTP/1.1\r\n" + host + "\r\n");
    row("blank after version", "GET / HTTP/1.1 \r\n" + host + "\r\n");
    row("bare LF", "GET / HTTP/1.1\n" + host + "\r\n");
    row("bare LF later", "GET / HTTP/1.1\r\nHost: a\n\r\n");
    row("bare LF at once", "GET / HTTP/1.1\n");
    row("CR in the request line", "GET /\ra HTTP/1.1\r\n" + host + "\r\n");
    row("method of another kind", "G<T / HTTP/1.1\r\n" + host + "\r\n");
    row("unknown method", "BREW / HTTP/1.1\r\n" + host + "\r\n", 501);
    row("method in lower case", "get / HTTP/1.1\r\n" + host + "\r\n", 501);
    row("TRACE", "TRACE / HTTP/1.1\r\n" + host + "\r\n", 501);
    row("CONNECT", "CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n", 501);
    row("HTTP/2.0", "GET / HTTP/2.0\r\n" + host + "\r\n", 505);
    row("HTTP/0.9 by name", "GET / HTTP/0.9\r\n" + host + "\r\n", 505);
    row("HTTP/1.10", "GET / HTTP/1.10\r\n" + host + "\r\n");
    row("http/1.1", "GET / http/1.1\r\n" + host + "\r\n");

    row("relative target", get("a"));
    row("asterisk", "GET * HTTP/1.1\r\n" + host + "\r\n");
    row("absolute form of another kind", get("ftp://localhost/"));
    row("absolute form without a host", get("http:///a"));
    row("absolute form with a user", get("http://u@a/"));
    row("absolute form with dots", get("http://a/../b"));
    row("absolute form without Host", "GET http://a/ HTTP/1.1\r\n\r\n");
    row("absolute form with two Hosts", "GET http://a/ HTTP/1.1\r\n" + host + host + "\r\n");
    row("absolute form with a bad Host", "GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n");
    row("two slashes first", get("//evil/"));
    row("raw dot dot", get("/a/../b"));
    row("dot dot at the end", get("/a/.."));
    row("single dot", get("/./a"));
    row("encoded dot dot", get("/%2e%2e/etc"));
    row("half encoded dot dot", get("/a/.%2E"));
    row("encoded slash", get("/a%2fb"));
    row("encoded backslash", get("/a%5Cb"));
    row("backslash", get("/a\\b"));
    row("encoded NUL", get("/a%00"));
    row("encoded LF", get("/a%0a"));
    row("encoded CR", get("/a%0D"));
    row("encoded DEL", get("/a%7f"));
    row("percent alone", get("/a%"));
    row("percent with one digit", get("/a%4"));
    row("percent with no hex", get("/a%zz"));
    row("overlong UTF-8", get("/%c0%ae"));
    row("broken UTF-8", get("/%ff"));
    row("surrogate", get("/%ed%a0%80"));
    row("raw UTF-8", get("/\xc3\xbc"));
    row("fragment", get("/a#b"));
    row("quote", get("/a\"b"));
    row("LF in the query is a line", get("/a?b\nc"));

    row("no Host", "GET / HTTP/1.1\r\n\r\n");
    row("two Hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n");
    row("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" + host + host + "\r\n");
    row("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    row("Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n");
    row("blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    row("no colon", withHeaders("nonsense\r\n"));
    row("empty name", withHeaders(": x\r\n"));
    row("folded line", withHeaders("X-A: 1\r\n 2\r\n"));
    row("folded with a tab", withHeaders("X-A: 1\r\n\t2\r\n"));
    row("folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n");
    row("name with a blank", withHeaders("X A: 1\r\n"));
    row("name in UTF-8", withHeaders("\xc3\xbc: 1\r\n"));
    row("NUL in a value", withHeaders(QByteArray("X-A: 1\0002\r\n", 10)));
    row("CR in a value", withHeaders("X-A: 1\r2\r\n"));
    row("escape in a value", withHeaders("X-A: \x1b[2J\r\n"));

    row("negative length", withHeaders("Content-Length: -5\r\n"));
    row("signed length", withHeaders("Content-Length: +5\r\n"));
    row("length in hex", withHeaders("Content-Length: 0x5\r\n"));
    row("length with letters", withHeaders("Content-Length: 5abc\r\n"));
    row("length with a blank", withHeaders("Content-Length: 5 5\r\n"));
    row("list of lengths", withHeaders("Content-Length: 5, 5\r\n"));
    row("empty length", withHeaders("Content-Length:\r\n"));
    row("two lengths", withHeaders("Content-Length: 5\r\nContent-Length: 6\r\n"));
    row("the same length twice", withHeaders("Content-Length: 5\r\ncontent-length: 5\r\n"));
    row("length of 2^63", withHeaders("Content-Length: 9223372036854775808\r\n"), 413);
    row("length of 1 GB", withHeaders("Content-Length: 1073741824\r\n"), 413);
    row("length of 30 digits", withHeaders("Content-Length: " + QByteArray(30, '9') + "\r\n"), 413);
    row("identity", withHeaders("Transfer-Encoding: identity\r\n"));
    row("empty transfer encoding", withHeaders("Transfer-Encoding:\r\n"));
    row("chunked twice", withHeaders("Transfer-Encoding: chunked, chunked\r\n"), 501);
    row("gzip, chunked", withHeaders("Transfer-Encoding: gzip, chunked\r\n"), 501);
    row("gzip, chunked in two",
        withHeaders("Transfer-Encoding: gzip\r\ntransfer-encoding: chunked\r\n"), 501);
    row("chunked, gzip", withHeaders("Transfer-Encoding: chunked, gzip\r\n"));
    row("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
    row("chunked with a length",
        withHeaders("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"));
    row("chunked before a length", withHeaders("transfer-encoding: x\r\nContent-Length: 5\r\n"));
    row("other expectation", withHeaders("Expect: a miracle\r\n"), 417);
    row("expectation with more", withHeaders("Expect: 100-continue, x\r\n"), 417);

    row("long target", get("/" + QByteArray(4096, 'a')), 414);
    row("long head", "GET /" + QByteArray(20000, 'a'), 431);
    row("65 headers", withHeaders(QByteArray("A: b\r\n").repeated(64)), 431);
    row("many headers without an end", "GET / HTTP/1.1\r\n" + QByteArray("A: b\r\n").repeated(100),
        431);
}

void TestRequestHead::badHeadsAreRefused()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, status);
    QCOMPARE(statusOf(bytes), status);
    QCOMPARE(statusOf(bytes + "\r\n\r\nGET /smuggled HTTP/1.1\r\n" + host + "\r\n"), status);
}

void TestRequestHead::goodHeadsPass_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row
        = [](const char *name, const QByteArray &bytes) { QTest::newRow(name) << bytes; };
    row("plain", get("/"));
    row("query", get("/a?b=c&d=%00%2f../"));
    row("encoded blank", get("/a%20b"));
    row("encoded UTF-8", get("/%C3%BC"));
    row("dots in a name", get("/a..b/...c"));
    row("colon", get("/importer:0"));
    row("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n");
    row("HTTP/1.2", "GET / HTTP/1.2\r\n" + host + "\r\n");
    row("absolute form", get("http://localhost/a?b"));
    row("absolute form of https", get("https://localhost:1"));
    row("asterisk", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n");
    row("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n");
    row("chunked", withHeaders("Transfer-Encoding: chunked\r\n"));
    row("HEAD", "HEAD / HTTP/1.1\r\n" + host + "\r\n");
    row("OPTIONS", "OPTIONS /x HTTP/1.1\r\n" + host + "\r\n");
    row("Host with a port", "GET / HTTP/1.1\r\nHost: example.org:80\r\n\r\n");
    row("IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
    row("no blank after the colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n");
    row("blanks around a value", withHeaders("X-A: \t 1 \t\r\n"));
    row("empty value", withHeaders("X-A:\r\n"));
    row("old text in a value", withHeaders("X-A: \xfc\r\n"));
    row("no length", withHeaders({}));
    row("zero length", withHeaders("Content-Length: 0\r\n"));
    row("length with zeros", withHeaders("Content-Length: 0005\r\n"));
    row("largest body", withHeaders("Content-Length: 1048576\r\n"));
    row("expectation", withHeaders("Content-Length: 1\r\nExpect: 100-Continue\r\n"));
    row("63 more headers", withHeaders(QByteArray("A: b\r\n").repeated(63)));
    row("upgrade is passed over", withHeaders("Connection: Upgrade\r\nUpgrade: h2c\r\n"));
}

void TestRequestHead::goodHeadsPass()
{
    QFETCH(const QByteArray, bytes);
    QCOMPARE(statusOf(bytes), 0);
    QCOMPARE(headOf(bytes).headBytes, bytes.size());
}

void TestRequestHead::everyPrefixOfAGoodHeadIsIncomplete()
{
    const QByteArray whole = withHeaders("Content-Length: 5\r\n");
    for (qsizetype size = 0; size < whole.size(); ++size)
        QCOMPARE(statusOf(whole.first(size)), 1);
    QCOMPARE(statusOf(whole), 0);
}

void TestRequestHead::nothingInAHeadOfZeroBytesIsWrong()
{
    QCOMPARE(statusOf({}), 1);
}

void TestRequestHead::aHeadTellsWhatItSaid()
{
    const RequestHead head = headOf("PUT /a%20b?c=%20 HTTP/1.1\r\nHOST:  h:1 \r\nX: 1\r\nx: 2\r\n"
                                    "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n");
    QCOMPARE(head.method, "PUT");
    QCOMPARE(head.target, "/a%20b?c=%20");
    QCOMPARE(head.path, "/a b");
    QCOMPARE(head.value("host"), "h:1");
    QCOMPARE(head.value("X"), "1");
    QCOMPARE(head.count("x"), 2);
    QCOMPARE(head.value("y"), QByteArray());
    QCOMPARE(head.bodyBytes, 7);
    QVERIFY(head.awaitsContinue);
}

void TestRequestHead::theBodyIsNoPartOfTheHead()
{
    const QByteArray bytes = withHeaders("Content-Length: 4\r\n");
    const RequestHead head = headOf(bytes + "\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    QCOMPARE(head.headBytes, bytes.size());
    QCOMPARE(head.bodyBytes, 4);
}

void TestRequestHead::aTargetWithAHostComesBeforeTheHeader()
{
    const auto parsed = parseRequestHead(
        "GET HTTP://b:81?c=1 HTTP/1.1\r\nX-A: 1\r\nhost: a\r\n\r\n", HttpLimits());
    const auto *head = std::get_if<RequestHead>(&parsed);
    QVERIFY(head);
    QCOMPARE(head->target, "/?c=1"_ba);
    QCOMPARE(head->path, "/"_ba);
    QCOMPARE(head->value("host"), "b:81"_ba);
    QCOMPARE(head->count("host"), 1);
    QCOMPARE(head->canonical(), "GET /?c=1 HTTP/1.1\r\nHost: b:81\r\nX-A: 1\r\n\r\n"_ba);
    QCOMPARE(head->canonical("https"),
        "GET https://b:81/?c=1 HTTP/1.1\r\nHost: b:81\r\nX-A: 1\r\n\r\n"_ba);
}

void TestRequestHead::aChunkedBodyIsKnown()
{
    const auto parsed = parseRequestHead(
        withHeaders("Transfer-Encoding: \tChunked\r\nExpect: 100-continue\r\n"), HttpLimits());
    const auto *head = std::get_if<RequestHead>(&parsed);
    QVERIFY(head);
    QVERIFY(head->isChunked);
    QVERIFY(head->awaitsContinue);
    QVERIFY(!head->canonical().contains("hunked"));
}

void TestRequestHead::blankLinesAreDropped()
{
    QByteArray input = "\r\n\r\nGET"_ba;
    dropBlankLines(input);
    QCOMPARE(input, "GET"_ba);
    input = "\r"_ba;
    dropBlankLines(input);
    QCOMPARE(input, "\r"_ba);
    QVERIFY(std::holds_alternative<IncompleteHead>(parseRequestHead(input, HttpLimits())));
}

void TestRequestHead::whoClosesIsKnown_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::newRow("1.1") << withHeaders({}) << false;
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << true;
    QTest::newRow("1.0 keep-alive")
        << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") << true;
    QTest::newRow("close") << withHeaders("Connection: close\r\n") << true;
    QTest::newRow("Close in a list") << withHeaders("Connection: TE , Close\r\n") << true;
    QTest::newRow("close in a second header")
        << withHeaders("Connection: TE\r\nConnection: close\r\n") << true;
    QTest::newRow("closed") << withHeaders("Connection: closed\r\n") << false;
}

void TestRequestHead::whoClosesIsKnown()
{
    QFETCH(const QByteArray, bytes);
    QTEST(headOf(bytes).closes, "closes");
}

void TestRequestHead::theCanonicalFormHasOneLengthAndNoConnectionHeaders()
{
    const RequestHead head
        = headOf(withHeaders("Connection: Upgrade, X\r\nUpgrade: websocket\r\nTE: trailers\r\n"
                             "Content-Length: 0005\r\nExpect: 100-continue\r\nX:   1\r\n"));
    QCOMPARE(head.canonical(),
        "POST /x HTTP/1.1\r\nHost: localhost\r\nX: 1\r\nContent-Length: 5\r\n\r\n");
}

void TestRequestHead::theCanonicalFormReadsTheSame()
{
    const RequestHead head = headOf(withHeaders("X-A: 1\r\nContent-Length: 5\r\n"));
    const RequestHead again = headOf(head.canonical());
    QCOMPARE(again.method, head.method);
    QCOMPARE(again.target, head.target);
    QCOMPARE(again.bodyBytes, head.bodyBytes);
    QCOMPARE(again.canonical(), head.canonical());
}

void TestRequestHead::pathsAreDecodedOnce_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("plain") << QByteArray("/a") << QByteArray("/a");
    QTest::newRow("colon") << QByteArray("/a%3A0") << QByteArray("/a:0");
    QTest::newRow("twice") << QByteArray("/a%252f") << QByteArray("/a%2f");
    QTest::newRow("plus") << QByteArray("/a+b") << QByteArray("/a+b");
    QTest::newRow("query") << QByteArray("/a?x=%2e") << QByteArray("/a");
    QTest::newRow("UTF-8") << QByteArray("/%c3%bc") << QByteArray("/\xc3\xbc");
}

void TestRequestHead::pathsAreDecodedOnce()
{
    QFETCH(const QByteArray, target);
    QFETCH(const QByteArray, path);
    QCOMPARE(decodedPath(target).value_or("refused"), path);
}

void TestRequestHead::limitsHoldToTheByte()
{
    const QByteArray bytes = get("/abc");
    QCOMPARE(statusOf(bytes, {.maximumHeadBytes = bytes.size()}), 0);
    QCOMPARE(statusOf(bytes, {.maximumHeadBytes = bytes.size() - 1}), 431);
    QCOMPARE(statusOf(bytes, {.maximumTargetBytes = 4}), 0);
    QCOMPARE(statusOf(bytes, {.maximumTargetBytes = 3}), 414);
    QCOMPARE(statusOf(bytes, {.maximumHeaders = 1}), 0);
    QCOMPARE(statusOf(bytes, {.maximumHeaders = 0}), 431);
    const QByteArray post = withHeaders("Content-Length: 10\r\n");
    QCOMPARE(statusOf(post, {.maximumBodyBytes = 10}), 0);
    QCOMPARE(statusOf(post, {.maximumBodyBytes = 9}), 413);
}

void TestRequestHead::everySingleByteInEveryPlaceIsSurvived()
{
    const QByteArray good = withHeaders("Content-Length: 5\r\n");
    for (qsizetype place = 0; place < good.size(); ++place) {
        for (int code = 0; code < 256; ++code) {
            QByteArray bytes = good;
            bytes[place] = static_cast<char>(code);
            auto parsed = parseRequestHead(bytes, {});
            if (const auto *head = std::get_if<RequestHead>(&parsed)) {
                QVERIFY(head->headBytes <= bytes.size());
                QVERIFY(!head->canonical().contains('\0'));
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestRequestHead)
#include "tst_requesthead.moc"
