// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/httpprobe.h"
#include "readiness/tcpprobe.h"
#include "support/freeport.h"
#include "support/listener.h"

#include <QLocalServer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 10000;

ReadySpec tcp(const QString &address, std::chrono::milliseconds attempt = 5s)
{
    return {
        .mode = ReadyMode::Tcp, .address = address, .interval = 50ms, .attemptTimeout = attempt};
}

ReadySpec http(const QString &url, std::chrono::milliseconds attempt = 5s)
{
    return {.mode = ReadyMode::Http, .url = url, .interval = 50ms, .attemptTimeout = attempt};
}

} // namespace

/// Probes against real sockets, in this process.
class TestReadinessProbes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConnectionIsEnough();
    void nobodyListensUntilSomebodyDoes();
    void aUnixSocketIsTriedUntilItIsThere();
    void anAddressThatIsNoneIsTold();
    void aProbeThatIsGoneTriesNoMore();
    void onlyAStatusLineHasAStatus_data();
    void onlyAStatusLineHasAStatus();
    void successAndRedirectionAreReady_data();
    void successAndRedirectionAreReady();
    void anyOtherAnswerIsTriedAgain_data();
    void anyOtherAnswerIsTriedAgain();
    void theRequestIsWhatTheUrlSays();
    void anEndlessAnswerIsNotReadToItsEnd();
    void whoWatchesGoesOnAfterASuccess();
};

void TestReadinessProbes::aConnectionIsEnough()
{
    Listener listener;
    QVERIFY(listener.listen());
    TcpProbe probe(tcp(listener.address()));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QVERIFY(ready.isEmpty());
    probe.start();
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(listener.gone(), 1, patience); // it does not keep the connection
    QCOMPARE(listener.connections(), 1);
    QVERIFY(listener.received().isEmpty());
}

void TestReadinessProbes::nobodyListensUntilSomebodyDoes()
{
    const quint16 port = freePort();
    TcpProbe probe(tcp(u"localhost:%1"_s.arg(port)));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    probe.start();
    const QString refused = u"no connection to localhost:%1: Connection refused"_s.arg(port);
    QTRY_COMPARE_WITH_TIMEOUT(probe.missing(), refused, patience);
    QVERIFY(ready.isEmpty());
    Listener listener;
    QVERIFY(listener.listen(port));
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
}

void TestReadinessProbes::aUnixSocketIsTriedUntilItIsThere()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"s"_s);
    TcpProbe probe(tcp(u"unix:"_s + path));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(
        probe.missing().startsWith(u"no connection to unix:"_s + path), patience);
    QVERIFY(ready.isEmpty());
    QLocalServer server;
    QVERIFY(server.listen(path));
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
}

// A program that embeds the server describes its processes without the reader's checks.
void TestReadinessProbes::anAddressThatIsNoneIsTold()
{
    TcpProbe probe(tcp(u"nonsense"_s));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    probe.start();
    QCOMPARE(
        probe.missing(), u"\"nonsense\" must be \"host:port\", \"[v6]:port\" or \"unix:PATH\""_s);
    HttpProbe other(http(u"nonsense"_s));
    other.start();
    QCOMPARE(other.missing(), u"\"nonsense\" is no URL"_s);
}

void TestReadinessProbes::aProbeThatIsGoneTriesNoMore()
{
    Listener listener([](QTcpSocket &peer) { peer.write("HTTP/1.1 503 Later\r\n\r\n"); });
    QVERIFY(listener.listen());
    auto probe = std::make_unique<HttpProbe>(http(u"http://"_s + listener.address()));
    probe->start();
    QTRY_VERIFY_WITH_TIMEOUT(listener.connections() >= 2, patience);
    probe.reset();
    QTRY_COMPARE_WITH_TIMEOUT(listener.gone(), listener.connections(), patience);
    const int connections = listener.connections();
    // As often as another one tries meanwhile, it would have tried too.
    Listener clock([](QTcpSocket &peer) { peer.write("HTTP/1.1 503 Later\r\n\r\n"); });
    QVERIFY(clock.listen());
    HttpProbe other(http(u"http://"_s + clock.address()));
    other.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.connections() >= 4, patience);
    QCOMPARE(listener.connections(), connections);
}

void TestReadinessProbes::onlyAStatusLineHasAStatus_data()
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

void TestReadinessProbes::onlyAStatusLineHasAStatus()
{
    QFETCH(const QByteArray, line);
    QTEST(httpStatus(line), "status");
}

void TestReadinessProbes::successAndRedirectionAreReady_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("200") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    QTest::newRow("204, and nothing after it") << QByteArray("HTTP/1.0 204\r\n");
    QTest::newRow("redirected") << QByteArray(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n");
}

void TestReadinessProbes::successAndRedirectionAreReady()
{
    QFETCH(const QByteArray, answer);
    Listener listener([answer](QTcpSocket &peer) {
        for (const char byte : answer) { // as slow networks do
            peer.write(&byte, 1);
            peer.flush();
        }
    });
    QVERIFY(listener.listen());
    HttpProbe probe(http(u"http://%1/health"_s.arg(listener.address())));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    probe.start();
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(listener.gone(), 1, patience);
    QCOMPARE(listener.connections(), 1); // it follows nothing
}

void TestReadinessProbes::anyOtherAnswerIsTriedAgain_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<QString>("missing");
    QTest::newRow("503") << QByteArray("HTTP/1.1 503 Later\r\n\r\n") << false << u"answered 503"_s;
    QTest::newRow("404") << QByteArray("HTTP/1.1 404\r\n\r\n") << false << u"answered 404"_s;
    QTest::newRow("early hints") << QByteArray("HTTP/1.1 103 Early Hints\r\n\r\n") << false
                                 << u"answered 103"_s;
    QTest::newRow("not HTTP") << QByteArray("220 mail ESMTP\r\n") << false
                              << u"what came is not HTTP"_s;
    QTest::newRow("a line without an end") << QByteArray("HTTP/1.1 200 ") + QByteArray(100000, 'x')
                                           << false << u"what came is not HTTP"_s;
    QTest::newRow("cut off") << QByteArray("HTTP/1.1 200 O") << true
                             << u"The remote host closed the connection"_s;
    QTest::newRow("nothing") << QByteArray() << false << u"nothing within 200 ms"_s;
    QTest::newRow("half an answer")
        << QByteArray("HTTP/1.1 200 OK") << false << u"nothing within 200 ms"_s;
}

void TestReadinessProbes::anyOtherAnswerIsTriedAgain()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const bool, closes);
    QFETCH(const QString, missing);
    bool healthy = false;
    Listener listener([&](QTcpSocket &peer) {
        peer.write(healthy ? "HTTP/1.1 200 OK\r\n\r\n" : answer);
        if (closes)
            peer.disconnectFromHost();
    });
    QVERIFY(listener.listen());
    const QString url = u"http://%1/"_s.arg(listener.address());
    HttpProbe probe(http(url, 200ms));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(listener.connections() >= 3, patience);
    QCOMPARE(probe.missing(), u"%1: %2"_s.arg(url, missing));
    QVERIFY(ready.isEmpty());
    healthy = true;
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
}

void TestReadinessProbes::theRequestIsWhatTheUrlSays()
{
    Listener listener;
    QVERIFY(listener.listen());
    HttpProbe probe(http(u"http://localhost:%1/a%20b/ü?deep=yes"_s.arg(listener.port())));
    probe.start();
    const QByteArray expected = "GET /a%20b/%C3%BC?deep=yes HTTP/1.1\r\nHost: localhost:"
        + QByteArray::number(listener.port())
        + "\r\nUser-Agent: semper\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    QTRY_COMPARE_WITH_TIMEOUT(listener.received(), expected, patience);
}

void TestReadinessProbes::anEndlessAnswerIsNotReadToItsEnd()
{
    qint64 written = 0;
    Listener listener([&written](QTcpSocket &peer) {
        const QByteArray block(64 * 1024, 'x');
        peer.write("HTTP/1.1 503 Later\r\n");
        QObject::connect(&peer, &QTcpSocket::bytesWritten, &peer, [&, block](qint64 bytes) {
            written += bytes;
            peer.write(block);
        });
    });
    QVERIFY(listener.listen());
    HttpProbe probe(http(u"http://%1/"_s.arg(listener.address())));
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(listener.gone() >= 2, patience);
    QVERIFY2(written < 64 * 1024 * 1024, qPrintable(QString::number(written)));
}

void TestReadinessProbes::whoWatchesGoesOnAfterASuccess()
{
    bool healthy = true;
    Listener listener([&healthy](QTcpSocket &peer) {
        peer.write(healthy ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 503 Later\r\n\r\n");
    });
    QVERIFY(listener.listen());
    HttpProbe probe(http(u"http://%1/"_s.arg(listener.address())));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QSignalSpy failed(&probe, &RepeatedProbe::failed);
    probe.startWatching();
    QTRY_VERIFY_WITH_TIMEOUT(ready.size() >= 3, patience);
    QVERIFY(failed.isEmpty());
    healthy = false;
    QTRY_VERIFY_WITH_TIMEOUT(failed.size() >= 2, patience);
    QCOMPARE(
        failed.first().first().toString(), u"http://%1/: answered 503"_s.arg(listener.address()));
    healthy = true;
    const qsizetype before = ready.size();
    QTRY_VERIFY_WITH_TIMEOUT(ready.size() > before, patience);
}

QTEST_GUILESS_MAIN(TestReadinessProbes)
#include "tst_readinessprobes.moc"
