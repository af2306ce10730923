// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpanswer.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

using State = HttpAnswer::State;

class TestHttpAnswer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyAStatusLineHasAStatus_data();
    void onlyAStatusLineHasAStatus();
    void anAnswerIsReadToItsEnd_data();
    void anAnswerIsReadToItsEnd();
    void whatIsNoAnswerIsTold_data();
    void whatIsNoAnswerIsTold();
    void aLargeBodyIsCutOff_data();
    void aLargeBodyIsCutOff();
    void aBodyWithoutALengthEndsWithTheConnection();
};

void TestHttpAnswer::onlyAStatusLineHasAStatus_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("status");
    const auto row = [](const char *line, int status) {
        QTest::addRow("\"%s\"", QByteArray(line).toPercentEncoding(" /-_.").constData())
            << QByteArray(line) << status;
    };
    row("HTTP/1.1 200 OK\r\n", 200);
    row("HTTP/1.0 204 \r\n", 204);
    row("HTTP/1.1 302\r\n", 302);
    row("HTTP/1.1 503 Service Unavailable\n", 503);
    row("HTTP/1.1 200 sch\xf6n\r\n", 200);
    row("HTTP/1.1 2000 OK\r\n", 0);
    row("HTTP/1.1 20 OK\r\n", 0);
    row("HTTP/1.1 999 OK\r\n", 0);
    row("HTTP/1.1 200OK\r\n", 0);
    row("HTTP/2 200 OK\r\n", 0);
    row("http/1.1 200 OK\r\n", 0);
    row(" HTTP/1.1 200 OK\r\n", 0);
    row("HTTP/1.1 200 OK\r\n\n", 0);
    row("HTTP/1.1 200 O\x01K\r\n", 0);
    row("SSH-2.0-OpenSSH_9.2\r\n", 0);
    row("\r\n", 0);
    row("", 0);
}

void TestHttpAnswer::onlyAStatusLineHasAStatus()
{
    QFETCH(const QByteArray, line);
    QTEST(httpStatus(line), "status");
}

void TestHttpAnswer::anAnswerIsReadToItsEnd_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const char *answer, int status, const char *body = "") {
        QTest::newRow(name) << QByteArray(answer) << status << QByteArray(body);
    };
    row("a length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell", 200, "well");
    row("a length of none", "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", 200);
    row("the same length twice", "HTTP/1.1 200 OK\nContent-Length: 1, 1\nContent-Length: 1\n\nx",
        200, "x");
    row("chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nwe\r\n2;x=\"y\"\r\nll\r\n0\r\n\r\n",
        200, "well");
    row("chunks, one of which has ten bytes in it",
        "HTTP/1.1 503 Later\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX: "
        "y\r\n\r\n",
        503, "0123456789");
    row("chunks before a length",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        "1\r\nx\r\n0\r\n\r\n",
        200, "x");
    row("no body by its status", "HTTP/1.1 204 No Content\r\n\r\n", 204);
    row("no body, though it names a length", "HTTP/1.1 304 x\r\nContent-Length: 10\r\n\r\n", 304);
    row("hints before it",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        "1\r\n\r\nx",
        200, "x");
    row("two interim answers, one that names a length",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\nContent-Length: 7\r\n\r\n"
        "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
        404);
    row("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x81\x05", 101);
}

void TestHttpAnswer::anAnswerIsReadToItsEnd()
{
    QFETCH(const QByteArray, answer);
    HttpAnswer whole;
    whole.take(answer + "more than that");
    QCOMPARE(whole.state(), State::Whole);
    QTEST(whole.status(), "status");
    QTEST(whole.body(), "body");

    HttpAnswer pieces;
    for (qsizetype i = 0; i < answer.size(); ++i) {
        QVERIFY(pieces.state() == State::Head || pieces.state() == State::Body
            || answer.contains("Upgrade"));
        pieces.take(answer.sliced(i, 1));
    }
    QCOMPARE(pieces.state(), State::Whole);
    QTEST(pieces.status(), "status");
    QTEST(pieces.body(), "body");
}

void TestHttpAnswer::whatIsNoAnswerIsTold_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("fault");
    const QString none = u"what came is not HTTP"_s;
    const QString noLength = u"answered with a Content-Length that is none"_s;
    const QString large = u"answered with a head of more than 65536 bytes"_s;
    const auto row = [](const char *name, const QByteArray &answer, const QString &fault) {
        QTest::newRow(name) << answer << fault;
    };
    row("another protocol", "220 mail ESMTP\r\n", none);
    row("a line without an end", "HTTP/1.1 200 " + QByteArray(2000, 'x'), none);
    row("a second head that is none", "HTTP/1.1 100 x\r\n\r\nwell\r\n", none);
    row("lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        noLength);
    row("a list of them", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n", noLength);
    row("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", noLength);
    row("a length beyond numbers",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", noLength);
    row("a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", none);
    row("a chunk that is longer than it says",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", none);
    row("a head without an end",
        "HTTP/1.1 200 OK\r\n" + QByteArray("X: yyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").repeated(3000),
        large);
    row("a field without an end", "HTTP/1.1 200 OK\r\nX: " + QByteArray(70000, 'y'), large);
    row("hints without an end", QByteArray("HTTP/1.1 103 x\r\n\r\n").repeated(5000), large);
    row("trailers without an end",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            + QByteArray("X: y\r\n").repeated(20000),
        large);
}

void TestHttpAnswer::whatIsNoAnswerIsTold()
{
    QFETCH(const QByteArray, answer);
    HttpAnswer it;
    it.take(answer);
    QCOMPARE(it.state(), State::Broken);
    QTEST(it.fault(), "fault");
    it.take("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    it.end();
    QCOMPARE(it.state(), State::Broken);
}

void TestHttpAnswer::aLargeBodyIsCutOff_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::newRow("until the end") << QByteArray("HTTP/1.1 200 OK\r\n\r\n");
    QTest::newRow("a length") << QByteArray(
        "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n");
    QTest::newRow("a chunk") << QByteArray(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n");
}

void TestHttpAnswer::aLargeBodyIsCutOff()
{
    QFETCH(const QByteArray, head);
    HttpAnswer it;
    it.take(head);
    for (int i = 0; i < 15; ++i)
        it.take(QByteArray(70'000, 'x'));
    QCOMPARE(it.state(), State::Whole);
    QCOMPARE(it.body().size(), 1024 * 1024);
}

void TestHttpAnswer::aBodyWithoutALengthEndsWithTheConnection()
{
    HttpAnswer it;
    it.take("HTTP/1.0 200 OK\r\n\r\nwe");
    QCOMPARE(it.state(), State::Body);
    QVERIFY(it.isUntilClose());
    it.take("ll");
    QCOMPARE(it.state(), State::Body);
    it.end();
    QCOMPARE(it.state(), State::Whole);
    QCOMPARE(it.body(), "well");

    HttpAnswer cutOff;
    cutOff.take("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nwe");
    QVERIFY(!cutOff.isUntilClose());
    cutOff.end();
    QCOMPARE(cutOff.state(), State::Body);
}

QTEST_GUILESS_MAIN(TestHttpAnswer)
#include "tst_httpanswer.moc"
