// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/certificates.h"

#include <semper/tcpservice.h>

#include <QCoro/QCoroTimer>

#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSslSocket>
#include <QTest>
#include <QTimer>
#include <QUrl>

#include <memory>
#include <stdexcept>
#include <utility>

#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patience = 10000;

quint16 portOf(const Service &service)
{
    return static_cast<quint16>(QUrl(service.addresses().value(0)).port());
}

QJsonObject firstFrame(const RawClient &client)
{
    return QJsonDocument::fromJson(client.received().split('\n').first()).object();
}

QString errorCode(const RawClient &client)
{
    const QJsonObject frame = firstFrame(client);
    return frame.value(u"type"_s) == u"error"_s ? frame.value(u"code"_s).toString() : QString();
}

/// A service that sends every frame back.
std::unique_ptr<TcpService> echoService(TcpService::Options options = {})
{
    options.listen = u"127.0.0.1:0"_s;
    auto service = std::make_unique<TcpService>(u"raw"_s, options);
    service->onFrame([](const Peer &peer, const QByteArray &frame) { peer.send(frame); });
    return service;
}

} // namespace

class TestTcpService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void framesAreAnswered_data();
    void framesAreAnswered();
    void withoutAHandlerAFrameIsAnError();
    void aRawStreamWithoutAHandlerHasLines();
    void strangersHoldLittleMemoryWithoutAHandler();
    void whoSaysNothingWithoutAHandlerIsClosed();
    void aHelloWithoutAServerIsNotAllowedAndMadeToWait();
    void aFrameThatIsTooLongIsToldAndClosed_data();
    void aFrameThatIsTooLongIsToldAndClosed();
    void coroutinesAnswerOneFrameAfterTheOther();
    void otherClientsDoNotWaitForASlowAnswer();
    void framesOfAClientThatHasGoneAreHandledAllTheSame();
    void aHandlerThatThrowsEndsWhatIsLeftOfAClientThatHasGone();
    void theServiceMayGoWhileFramesAreLeft();
    void aHandlerThatThrowsClosesItsConnectionOnly();
    void anAnswerToAClientThatIsGoneGoesNowhere();
    void aClientThatEndsItsSideGetsItsAnswers();
    void aClientThatDoesNotReadIsCutOff();
    void aPeerThatIsClosedIsSentEverythingFirst();
    void aSilentClientIsClosedWhenItMayNotIdle();
    void halfAFrameIsNotWaitedForForEver_data();
    void halfAFrameIsNotWaitedForForEver();
    void oneTooManyIsTold();
    void peersAreReachedByIdAndAllTogether();
    void clientsAreServedOverTls();
    void comingAndGoingIsTold();
    void whoComesCanBeTurnedAwayAtOnce();
    void aConnectionIsClosedByItsId();
    void aClientMayGoWhileAHandlerLetsTheEventLoopTurn();
    void theServiceMayGoWhileAHandlerRuns();
    void aServiceThatGoesCallsNoHandlerOfTheConnected();
};

void TestTcpService::framesAreAnswered_data()
{
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("received");
    QTest::newRow("newline") << u"newline"_s << "one\ntwo\r\n\nthree"_ba
                             << "one\ntwo\n\n"_ba;
    QTest::newRow("length") << u"length"_s << "\0\0\0\3one\0\0\0\0\0\0\0\1\n\0\0\0\5x"_ba
                            << "\0\0\0\3one\0\0\0\0\0\0\0\1\n"_ba;
    QTest::newRow("raw") << u"raw"_s << "\0\xff\n\r"_ba
                         << "\0\xff\n\r"_ba;
}

void TestTcpService::framesAreAnswered()
{
    QFETCH(const QString, framing);
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, received);
    const auto service = echoService({.framing = framing});
    QCOMPARE(service->listen(), std::nullopt);
    QVERIFY(service->addresses().value(0).startsWith(u"tcp://127.0.0.1:"_s));
    RawClient client(portOf(*service), sent);
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), received, patience);
    const Connection connection = service->connections().value(0);
    QCOMPARE(connection.bytesIn, sent.size());
    QCOMPARE(connection.bytesOut, received.size());
}

void TestTcpService::withoutAHandlerAFrameIsAnError()
{
    for (const QByteArray &bytes :
        {"hello?\n"_ba, "\n\n{\"type\":\"command\"}\n"_ba, "\0\xff\x80\n"_ba,
            "GET / HTTP/1.1\r\n\r\n"_ba, "{\"type\":\"hello\",\"role\":\"emperor\"}\n"_ba}) {
        TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
        QCOMPARE(service.listen(), std::nullopt);
        RawClient client(portOf(service), bytes);
        QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
        QCOMPARE(errorCode(client), u"no_hello"_s);
        QCOMPARE(client.received().count('\n'), 1);
    }
}

void TestTcpService::aRawStreamWithoutAHandlerHasLines()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s, .framing = u"raw"_s});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "{\"type\":");
    QTRY_COMPARE_WITH_TIMEOUT(service.connections().value(0).bytesIn, 8, patience);
    client.send("\"hello\"}\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(errorCode(client), u"no_hello"_s);
}

void TestTcpService::strangersHoldLittleMemoryWithoutAHandler()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), QByteArray(200'000, 'x')); // a line of 1 MiB is to come
    QTRY_COMPARE_WITH_TIMEOUT(errorCode(client), u"frame_too_long"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 0, patience);
}

void TestTcpService::whoSaysNothingWithoutAHandlerIsClosed()
{
    TcpService service(
        u"raw"_s, {.listen = u"127.0.0.1:0"_s, .limits = {.handshakeTimeout = 200ms}});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "{\"type\":");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(errorCode(client), u"no_hello"_s);
}

void TestTcpService::aHelloWithoutAServerIsNotAllowedAndMadeToWait()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service),
        "{\"type\":\"hello\",\"role\":\"watcher\",\"token\":\"x\"}\n"
        "{\"type\":\"subscribe\",\"topics\":[\"state\"]}\n");
    QElapsedTimer waited;
    waited.start();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(waited.elapsed() >= 900);
    QCOMPARE(errorCode(client), u"not_allowed"_s);
    QCOMPARE(client.received().count('\n'), 1);
}

void TestTcpService::aFrameThatIsTooLongIsToldAndClosed_data()
{
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("line") << u"newline"_s << QByteArray(5000, 'x') + '\n';
    QTest::newRow("endless line") << u"newline"_s << QByteArray(5'000'000, 'x');
    QTest::newRow("length") << u"length"_s << "\xff\xff\xff\xff"_ba + QByteArray(500'000, 'x');
}

void TestTcpService::aFrameThatIsTooLongIsToldAndClosed()
{
    QFETCH(const QString, framing);
    QFETCH(const QByteArray, bytes);
    const auto service = echoService({.framing = framing, .limits = {.messageMaxBytes = 4096}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), bytes);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("frame_too_long"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
}

void TestTcpService::coroutinesAnswerOneFrameAfterTheOther()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    int running = 0;
    int most = 0;
    service.onFrame([&](const Peer &peer, const QByteArray &frame) -> QCoro::Task<> {
        most = std::max(most, ++running);
        // The first takes longest: in order all the same.
        co_await QCoro::sleepFor(std::chrono::milliseconds(frame.toInt()));
        --running;
        peer.send(frame);
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "60\n30\n1\n0\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), "60\n30\n1\n0\n"_ba, patience);
    QCOMPARE(most, 1);
}

void TestTcpService::otherClientsDoNotWaitForASlowAnswer()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    bool released = false;
    service.onFrame([&](const Peer &peer, const QByteArray &frame) -> QCoro::Task<> {
        while (frame == "slow" && !released)
            co_await QCoro::sleepFor(1ms);
        peer.send(frame);
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient slow(portOf(service), "slow\n");
    RawClient quick(portOf(service), "quick\n");
    QTRY_COMPARE_WITH_TIMEOUT(quick.received(), "quick\n"_ba, patience);
    QVERIFY(slow.received().isEmpty());
    released = true;
    QTRY_COMPARE_WITH_TIMEOUT(slow.received(), "slow\n"_ba, patience);
}

void TestTcpService::framesOfAClientThatHasGoneAreHandledAllTheSame()
{
    // As `printf '1\n2\n3\n' | nc -N` has it.
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    QByteArrayList heard;
    bool released = false;
    service.onFrame([&](const Peer &peer, const QByteArray &frame) -> QCoro::Task<> {
        while (!released)
            co_await QCoro::sleepFor(1ms);
        heard.append(frame);
        peer.send(frame);
    });
    service.onDisconnected([&heard](const Peer &) { heard.append("gone"); });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "1\n2\n3\nhalf");
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 0, patience);
    QCOMPARE(heard, QByteArrayList());
    released = true;
    QTRY_COMPARE_WITH_TIMEOUT(heard, (QByteArrayList{"1", "2", "3", "gone"}), patience);
    RawClient other(portOf(service), "4\n");
    QTRY_COMPARE_WITH_TIMEOUT(other.received(), "4\n"_ba, patience);
}

void TestTcpService::aHandlerThatThrowsEndsWhatIsLeftOfAClientThatHasGone()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    QByteArrayList heard;
    bool released = false;
    service.onFrame([&](const Peer &, const QByteArray &frame) -> QCoro::Task<> {
        while (!released)
            co_await QCoro::sleepFor(1ms);
        heard.append(frame);
        if (frame == "2")
            throw std::runtime_error("no");
    });
    service.onDisconnected([&heard](const Peer &) { heard.append("gone"); });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), "1\n2\n3\n");
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the handler of a message .* threw"_s));
    released = true;
    QTRY_COMPARE_WITH_TIMEOUT(heard, (QByteArrayList{"1", "2", "gone"}), patience);
}

void TestTcpService::theServiceMayGoWhileFramesAreLeft()
{
    auto service
        = std::make_unique<TcpService>(u"raw"_s, TcpService::Options{.listen = u"127.0.0.1:0"_s});
    QByteArrayList heard;
    bool released = false;
    service->onFrame([&](const Peer &, const QByteArray &frame) -> QCoro::Task<> {
        while (!released)
            co_await QCoro::sleepFor(1ms);
        heard.append(frame);
    });
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "1\n2\n");
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    service.reset();
    released = true;
    QTRY_COMPARE_WITH_TIMEOUT(heard, QByteArrayList{"1"}, patience);
}

void TestTcpService::aHandlerThatThrowsClosesItsConnectionOnly()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    service.onFrame([](const Peer &peer, const QByteArray &frame) {
        if (frame == "throw")
            throw std::out_of_range("too far");
        if (frame == "throw 7")
            throw 7;
        if (frame == "throw without a word")
            throw std::runtime_error("");
        peer.send(frame);
    });
    QCOMPARE(service.listen(), std::nullopt);
    for (const QByteArray &bytes : {"throw\n"_ba, "throw 7\n"_ba, "throw without a word\n"_ba}) {
        QTest::ignoreMessage(
            QtWarningMsg, QRegularExpression(u"the handler of a message .* threw"_s));
        RawClient other(portOf(service), "1\n");
        RawClient client(portOf(service), bytes + "2\n");
        QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
        QCOMPARE(client.received(), ""_ba);
        other.send("3\n");
        QTRY_COMPARE_WITH_TIMEOUT(other.received(), "1\n3\n"_ba, patience);
    }
}

void TestTcpService::anAnswerToAClientThatIsGoneGoesNowhere()
{
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    std::optional<bool> sent;
    service.onFrame([&](const Peer &peer, const QByteArray &frame) -> QCoro::Task<> {
        while (peer.isConnected())
            co_await QCoro::sleepFor(1ms);
        sent = peer.send(frame);
    });
    QCOMPARE(service.listen(), std::nullopt);
    {
        RawClient client(portOf(service), "question\n");
        QTRY_COMPARE_WITH_TIMEOUT(service.connections().value(0).bytesIn, 9, patience);
    }
    QTRY_COMPARE_WITH_TIMEOUT(sent, false, patience);
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 0, patience);
}

void TestTcpService::aClientThatEndsItsSideGetsItsAnswers()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\ntwo\n");
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.received(), "one\ntwo\n"_ba);
}

void TestTcpService::aClientThatDoesNotReadIsCutOff()
{
    TcpService service(
        u"raw"_s, {.listen = u"127.0.0.1:0"_s, .limits = {.queueMaxBytes = 1024 * 1024}});
    service.onFrame([](const Peer &, const QByteArray &) {});
    QCOMPARE(service.listen(), std::nullopt);
    RawClient deaf(portOf(service), "hello\n");
    deaf.socket().setReadBufferSize(1024);
    deaf.socket().disconnect(&deaf.socket());
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 1, patience);
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(u"does not read what it is sent; cut off"_s));
    const quint64 id = service.connections().value(0).id;
    int sent = 0;
    while (service.send(id, QByteArray(64 * 1024, 'x')) && sent < 10'000) {
        ++sent;
        QCoreApplication::processEvents();
    }
    QVERIFY(sent > 10); // what the kernel takes, and 1 MiB
    QVERIFY(sent < 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(service.connectionCount(), 0, patience);
}

void TestTcpService::aPeerThatIsClosedIsSentEverythingFirst()
{
    // More than the queue may have: what nothing waits before is no reason to cut a client off.
    TcpService service(u"raw"_s, {.listen = u"127.0.0.1:0"_s});
    std::optional<bool> sent;
    const QByteArray answer(20'000'000, 'x');
    service.onFrame([&](const Peer &peer, const QByteArray &) {
        sent = peer.send(answer);
        peer.close();
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service));
    client.socket().setReadBufferSize(64 * 1024);
    client.socket().disconnect(&client.socket()); // it does not read
    client.send("all\n");
    QTRY_COMPARE_WITH_TIMEOUT(sent, true, patience);
    QTest::qWait(3500); // longer than who is closed has for reading why
    client.readOn();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.received().size(), answer.size() + 1);
}

void TestTcpService::aSilentClientIsClosedWhenItMayNotIdle()
{
    const auto service = echoService({.limits = {.idleTimeout = 200ms}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), "one\n"_ba, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

void TestTcpService::halfAFrameIsNotWaitedForForEver_data()
{
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("half");
    QTest::newRow("newline") << u"newline"_s << "one\nha"_ba;
    QTest::newRow("length") << u"length"_s << "\0\0\0\3one\0\0\0\5x"_ba;
    QTest::newRow("part of a length") << u"length"_s << "\0\0\0\3one\0\0"_ba;
}

void TestTcpService::halfAFrameIsNotWaitedForForEver()
{
    QFETCH(const QString, framing);
    QFETCH(const QByteArray, half);
    const auto service = echoService({.framing = framing, .limits = {.writeStall = 200ms}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), half);
    RawClient silent(portOf(*service)); // has begun nothing
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY2(client.received().contains("frame_stalled"), client.received());
    silent.send(half);
    QTRY_VERIFY_WITH_TIMEOUT(silent.received().contains("one"), patience);
}

void TestTcpService::oneTooManyIsTold()
{
    const auto service = echoService({.limits = {.connections = 1}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient first(portOf(*service), "one\n");
    QTRY_COMPARE_WITH_TIMEOUT(first.received(), "one\n"_ba, patience);
    RawClient second(portOf(*service));
    QTRY_VERIFY_WITH_TIMEOUT(second.closed(), patience);
    QCOMPARE(errorCode(second), u"too_many"_s);
    QVERIFY(!first.closed());
}

void TestTcpService::peersAreReachedByIdAndAllTogether()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient one(portOf(*service), "a\n");
    QTRY_COMPARE_WITH_TIMEOUT(one.received(), "a\n"_ba, patience);
    RawClient two(portOf(*service), "b\n");
    QTRY_COMPARE_WITH_TIMEOUT(two.received(), "b\n"_ba, patience);
    service->broadcast("all");
    QVERIFY(service->send(service->connections().value(1).id, "you"));
    QTRY_COMPARE_WITH_TIMEOUT(two.received(), "b\nall\nyou\n"_ba, patience);
    QTRY_COMPARE_WITH_TIMEOUT(one.received(), "a\nall\n"_ba, patience);
    QVERIFY(!service->send(999, "nobody"));
    QVERIFY(!service->send(service->connections().value(0).id, "two\nlines"));
}

void TestTcpService::clientsAreServedOverTls()
{
    semper::test::Certificates certificates;
    if (!certificates.make(u"server"_s, u"localhost"_s))
        QSKIP("openssl is not installed");
    const auto service
        = echoService({.tls = TlsSpec{.certificate = certificates.certificate(u"server"_s),
                           .key = certificates.key(u"server"_s)},
            .limits = {.messageMaxBytes = 100'000}});
    QCOMPARE(service->listen(), std::nullopt);
    QSslSocket client;
    QSslConfiguration tls = client.sslConfiguration();
    tls.setCaCertificates(QSslCertificate::fromPath(certificates.certificate(u"server"_s)));
    client.setSslConfiguration(tls);
    client.connectToHostEncrypted(u"127.0.0.1"_s, portOf(*service));
    QTRY_VERIFY_WITH_TIMEOUT(client.isEncrypted(), patience);
    const QByteArray line = QByteArray(100'000, 'x') + '\n';
    client.write(line);
    QTRY_COMPARE_WITH_TIMEOUT(client.bytesAvailable(), line.size(), patience);
    QCOMPARE(client.readAll(), line);
    client.write(QByteArray(300'000, 'x'));
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::UnconnectedState, patience);
    QVERIFY(client.readAll().contains("frame_too_long"));
}

void TestTcpService::comingAndGoingIsTold()
{
    const auto service = echoService();
    QList<quint64> came;
    QList<quint64> went;
    service->onConnected([&](const Peer &peer) {
        came.append(peer.id());
        peer.sendText(u"welcome %1"_s.arg(peer.address()));
    });
    service->onDisconnected([&](const Peer &peer) { went.append(peer.id()); });
    QCOMPARE(service->listen(), std::nullopt);
    {
        RawClient client(portOf(*service));
        QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith('\n'), patience);
        QCOMPARE(client.received(),
            "welcome 127.0.0.1:" + QByteArray::number(client.socket().localPort()) + '\n');
        QCOMPARE(went, QList<quint64>());
    }
    QTRY_COMPARE_WITH_TIMEOUT(went, came, patience);
    QCOMPARE(came, QList<quint64>{1});
}

void TestTcpService::whoComesCanBeTurnedAwayAtOnce()
{
    const auto service = echoService();
    QStringList told;
    QObject::connect(service.get(), &Service::connectionOpened, service.get(),
        [&told] { told.append(u"opened"_s); });
    service->onConnected([&](const Peer &peer) {
        told.append(service->closeConnection(peer.id()) ? u"closed"_s : u"unknown"_s);
    });
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(told, (QStringList{u"opened"_s, u"closed"_s}));
    QCOMPARE(client.received(), ""_ba);
}

void TestTcpService::aConnectionIsClosedByItsId()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), "one\n"_ba, patience);
    QVERIFY(service->closeConnection(service->connections().value(0).id));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
}

void TestTcpService::aClientMayGoWhileAHandlerLetsTheEventLoopTurn()
{
    auto service
        = std::make_unique<TcpService>(u"raw"_s, TcpService::Options{.listen = u"127.0.0.1:0"_s});
    bool isOver = false;
    service->onFrame([&service, &isOver](const Peer &, const QByteArray &) {
        QEventLoop loop;
        QTimer look;
        QObject::connect(&look, &QTimer::timeout, &loop, [&service, &loop] {
            if (service->connectionCount() == 0)
                loop.quit();
        });
        look.start(10ms);
        loop.exec();
        isOver = true;
    });
    QCOMPARE(service->listen(), std::nullopt);
    // It is there already when the frame comes, which is then read from the socket's own signal.
    RawClient client(portOf(*service), {});
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 1, patience);
    QTest::qWait(50);
    client.send("one\n");
    QTimer::singleShot(200ms, this, [&client] { client.socket().abort(); });
    QTRY_VERIFY_WITH_TIMEOUT(isOver, patience);
    QCOMPARE(service->connectionCount(), 0);
}

void TestTcpService::theServiceMayGoWhileAHandlerRuns()
{
    auto service
        = std::make_unique<TcpService>(u"raw"_s, TcpService::Options{.listen = u"127.0.0.1:0"_s});
    int ended = 0;
    service->onFrame([&ended](const Peer &peer, const QByteArray &frame) -> QCoro::Task<> {
        while (peer.isConnected())
            co_await QCoro::sleepFor(1ms);
        peer.send(frame);
        ++ended; // what it captured is still there
    });
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\n");
    QTRY_COMPARE_WITH_TIMEOUT(service->connections().value(0).bytesIn, 4, patience);
    service.reset();
    QTRY_COMPARE_WITH_TIMEOUT(ended, 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

void TestTcpService::aServiceThatGoesCallsNoHandlerOfTheConnected()
{
    auto service
        = std::make_unique<TcpService>(u"raw"_s, TcpService::Options{.listen = u"127.0.0.1:0"_s});
    bool came = false;
    bool left = false;
    service->onConnected([&came](const Peer &) { came = true; });
    service->onDisconnected([&left](const Peer &) { left = true; });
    service->onFrame([](const Peer &, const QByteArray &) {});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), "one\n");
    QTRY_VERIFY_WITH_TIMEOUT(came, patience);
    service.reset();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(!left);
}

QTEST_GUILESS_MAIN(TestTcpService)
#include "tst_tcpservice.moc"
