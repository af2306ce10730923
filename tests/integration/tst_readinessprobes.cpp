// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/httpprobe.h"
#include "health/tcpprobe.h"
#include "support/certificates.h"
#include "support/freeport.h"
#include "support/listener.h"
#include "support/silentfilesystem.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QLocalServer>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QSslSocket>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

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

/// Answers every request over TLS with 200.
class TlsListener : public QTcpServer
{
public:
    explicit TlsListener(const QSslConfiguration &configuration)
        : m_configuration(configuration)
    { }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *peer = new QSslSocket(this);
        peer->setSslConfiguration(m_configuration);
        connect(peer, &QSslSocket::readyRead, peer, [peer] {
            if (peer->readAll().endsWith("\r\n\r\n")) {
                peer->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                peer->disconnectFromHost();
            }
        });
        peer->setSocketDescriptor(descriptor);
        peer->startServerEncryption();
    }

private:
    QSslConfiguration m_configuration;
};

/// Takes one connection as a simple program does: waits for a request, if it is to, writes its
/// answer piece by piece, tells that this was all, and reads until the other side closes.
class SlowServer
{
public:
    SlowServer(QByteArray answer, bool awaitsRequest)
        : m_answer(std::move(answer))
        , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *where = reinterpret_cast<sockaddr *>(&address);
        if (::bind(m_listener, where, size) == 0 && ::listen(m_listener, 1) == 0
            && ::getsockname(m_listener, where, &size) == 0)
            m_port = ntohs(address.sin_port);
        m_thread = std::thread([this, awaitsRequest] {
            m_error = serve(awaitsRequest);
            m_isOver = true;
        });
    }
    SlowServer(const SlowServer &) = delete;
    SlowServer &operator=(const SlowServer &) = delete;
    ~SlowServer()
    {
        ::shutdown(m_listener, SHUT_RDWR); // wakes who waits for somebody to come
        m_thread.join();
        ::close(m_listener);
    }

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] bool isOver() const { return m_isOver; }
    /// The errno of the first call that failed; 0: none did.
    [[nodiscard]] int error() const { return m_error; }

private:
    int serve(bool awaitsRequest) const
    {
        const int peer = ::accept(m_listener, nullptr, nullptr);
        if (peer < 0)
            return errno;
        const int error = talk(peer, awaitsRequest);
        ::close(peer);
        return error;
    }

    int talk(int peer, bool awaitsRequest) const
    {
        std::array<char, 4096> buffer;
        const timeval limit{.tv_sec = patience / 1000, .tv_usec = 0};
        ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        for (QByteArray request; awaitsRequest && !request.endsWith("\r\n\r\n");) {
            const ssize_t size = ::recv(peer, buffer.data(), buffer.size(), 0);
            if (size <= 0)
                return size < 0 ? errno : EPIPE;
            request.append(buffer.data(), size);
        }
        for (qsizetype at = 0; at < m_answer.size(); at += 30'000) {
            std::this_thread::sleep_for(10ms); // so that it has to be waited for
            const QByteArray piece
                = m_answer.sliced(at, std::min<qsizetype>(m_answer.size() - at, 30'000));
            if (::send(peer, piece.constData(), std::size_t(piece.size()), MSG_NOSIGNAL) < 0)
                return errno;
        }
        if (::shutdown(peer, SHUT_WR) != 0)
            return errno;
        ssize_t size = 0;
        while ((size = ::recv(peer, buffer.data(), buffer.size(), 0)) > 0) { }
        return size < 0 ? errno : 0;
    }

    const QByteArray m_answer;
    int m_listener;
    quint16 m_port = 0;
    std::atomic<int> m_error = 0;
    std::atomic<bool> m_isOver = false;
    std::thread m_thread;
};

} // namespace

/// Probes against real sockets, in this process.
class TestReadinessProbes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConnectionIsEnough();
    void nobodyListensUntilSomebodyDoes();
    void aUnixSocketIsTriedUntilItIsThere();
    void aFileSystemThatDoesNotAnswerHoldsUpNobody();
    void anAddressThatIsNoneIsTold();
    void aProbeThatIsGoneTriesNoMore();
    void successAndRedirectionAreReady_data();
    void successAndRedirectionAreReady();
    void anyOtherAnswerIsTriedAgain_data();
    void anyOtherAnswerIsTriedAgain();
    void theRequestIsWhatTheUrlSays();
    void headersAreSentInPlaceOfItsOwn();
    void onlyTheExpectedStatusIsASuccess_data();
    void onlyTheExpectedStatusIsASuccess();
    void theBodyMustMatch_data();
    void theBodyMustMatch();
    void aUnixSocketIsAsked();
    void anEncryptedConnectionIsAsked_data();
    void anEncryptedConnectionIsAsked();
    void nobodyFindsItsConnectionReset_data();
    void nobodyFindsItsConnectionReset();
    void aConnectionGoesWithItsThread();
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

void TestReadinessProbes::aFileSystemThatDoesNotAnswerHoldsUpNobody()
{
    const QTemporaryDir folder;
    const SilentFileSystem silent(folder.path());
    if (!silent.isMounted())
        QSKIP("only root can mount a file system, and not everywhere");
    const QString path = folder.filePath(u"s"_s);
    QElapsedTimer taken;
    taken.start();
    std::vector<std::unique_ptr<RepeatedProbe>> probes;
    for (int i = 0; i < 20; ++i) {
        probes.push_back(std::make_unique<TcpProbe>(tcp(u"unix:"_s + path, 100ms)));
        probes.push_back(std::make_unique<HttpProbe>(http(u"unix:%1:/"_s.arg(path), 100ms)));
    }
    for (const auto &probe : probes)
        probe->start();
    QVERIFY2(taken.elapsed() < 1000, qPrintable(QString::number(taken.elapsed())));
    for (const auto &probe : probes)
        QTRY_VERIFY_WITH_TIMEOUT(probe->missing().endsWith(u": nothing within 100 ms"_s), patience);
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
    QCOMPARE(other.missing(),
        u"\"nonsense\" must be \"http://host:port/path\", \"https://host:port/path\" or "
        "\"unix:PATH:/path\""_s);
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

void TestReadinessProbes::successAndRedirectionAreReady_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("200") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    QTest::newRow("204, and nothing after it") << QByteArray("HTTP/1.0 204\r\n\r\n");
    QTest::newRow("hints before it") << QByteArray(
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        "4\r\n\r\nwell");
    QTest::newRow("no length, and no end") << QByteArray("HTTP/1.1 200 OK\r\n\r\nwell");
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
    QTest::newRow("early hints, and nothing after them")
        << QByteArray("HTTP/1.1 103 Early Hints\r\n\r\n") << false << u"nothing within 200 ms"_s;
    QTest::newRow("another protocol")
        << QByteArray("HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n") << false << u"answered 101"_s;
    QTest::newRow("the body cut off")
        << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nwell") << true
        << u"answered 200, but not to the end of its answer: The remote host closed the connection"_s;
    QTest::newRow("half a body")
        << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nwell") << false
        << u"answered 200, but not to the end of its answer: nothing within 200 ms"_s;
    QTest::newRow("a head without an end")
        << "HTTP/1.1 200 OK\r\nX: " + QByteArray(100000, 'x') << false
        << u"answered with a head of more than 65536 bytes"_s;
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

void TestReadinessProbes::headersAreSentInPlaceOfItsOwn()
{
    Listener listener;
    QVERIFY(listener.listen());
    ReadySpec spec = http(u"http://%1"_s.arg(listener.address()));
    spec.http.headers
        = {{u"host"_s, u"shop.example"_s}, {u"Accept"_s, QString()}, {u"X-Key"_s, u"ü"_s}};
    HttpProbe probe(spec);
    probe.start();
    const QByteArray expected
        = "GET / HTTP/1.1\r\nUser-Agent: semper\r\nAccept: \r\n"
          "X-Key: \xc3\xbc\r\nhost: shop.example\r\nConnection: close\r\n\r\n";
    QTRY_COMPARE_WITH_TIMEOUT(listener.received(), expected, patience);
}

void TestReadinessProbes::onlyTheExpectedStatusIsASuccess_data()
{
    QTest::addColumn<QList<int>>("expected");
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("isReady");
    QTest::newRow("the one") << QList<int>{401} << 401 << true;
    QTest::newRow("one of them") << QList<int>{200, 503} << 503 << true;
    QTest::newRow("another") << QList<int>{204} << 200 << false;
    QTest::newRow("a redirection") << QList<int>{200, 204} << 302 << false;
}

void TestReadinessProbes::onlyTheExpectedStatusIsASuccess()
{
    QFETCH(const int, status);
    QFETCH(const bool, isReady);
    Listener listener([status](QTcpSocket &peer) {
        peer.write("HTTP/1.1 " + QByteArray::number(status) + "\r\nContent-Length: 0\r\n\r\n");
    });
    QVERIFY(listener.listen());
    ReadySpec spec = http(u"http://%1/"_s.arg(listener.address()));
    QFETCH(const QList<int>, expected);
    spec.http.expectedStatus = expected;
    HttpProbe probe(spec);
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QSignalSpy failed(&probe, &RepeatedProbe::failed);
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(!ready.isEmpty() || !failed.isEmpty(), patience);
    QCOMPARE(!ready.isEmpty(), isReady);
    if (!isReady)
        QCOMPARE(probe.missing(),
            u"http://%1/: answered %2"_s.arg(listener.address(), QString::number(status)));
}

void TestReadinessProbes::theBodyMustMatch_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isReady");
    QTest::newRow("somewhere") << u"\"db\": *\"up\""_s << QByteArray(R"({"db": "up"})") << true;
    QTest::newRow("nowhere") << u"\"db\": *\"up\""_s << QByteArray(R"({"db": "down"})") << false;
    QTest::newRow("all of it") << u"^öK$"_s << QByteArray("öK") << true;
    QTest::newRow("before a newline") << u"^OK$"_s << QByteArray("OK\n") << true;
    QTest::newRow("before a line end") << u"^OK$"_s << QByteArray("OK\r\n") << true;
    QTest::newRow("the line end itself") << u"OK\\r\\n\\z"_s << QByteArray("OK\r\n") << true;
    QTest::newRow("no body") << u"^OK$"_s << QByteArray() << false;
    QTest::newRow("an empty one") << u"^$"_s << QByteArray() << true;
    QTest::newRow("without an end") << u"^(a+)+$"_s << QByteArray(50'000, 'a') + '!' << false;
}

void TestReadinessProbes::theBodyMustMatch()
{
    QFETCH(const QString, pattern);
    QFETCH(const QByteArray, body);
    QFETCH(const bool, isReady);
    int answers = 0;
    Listener listener([&answers, body](QTcpSocket &peer) {
        if (++answers % 2 == 0) // both ways of telling where it ends
            peer.write("HTTP/1.1 200 OK\r\n\r\n" + body);
        else
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(body.size())
                + "\r\n\r\n" + body);
        peer.disconnectFromHost();
    });
    QVERIFY(listener.listen());
    ReadySpec spec = http(u"http://%1/"_s.arg(listener.address()));
    spec.http.expectedBody = pattern;
    HttpProbe probe(spec);
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QSignalSpy failed(&probe, &RepeatedProbe::failed);
    probe.startWatching();
    QTRY_VERIFY_WITH_TIMEOUT(ready.size() + failed.size() >= 4, patience);
    QCOMPARE(isReady ? failed.size() : ready.size(), 0);
    if (!isReady)
        QCOMPARE(probe.missing(),
            u"http://%1/: answered 200, and nothing in the body matched \"%2\""_s.arg(
                listener.address(), pattern));
}

void TestReadinessProbes::aUnixSocketIsAsked()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"s"_s);
    const QString url = u"unix:%1:/health?deep=1"_s.arg(path);
    HttpProbe probe(http(url));
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QSignalSpy failed(&probe, &RepeatedProbe::failed);
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(!failed.isEmpty(), patience);
    QVERIFY2(probe.missing().startsWith(url + u": "_s), qPrintable(probe.missing()));

    QLocalServer server;
    QByteArray received;
    int gone = 0;
    connect(&server, &QLocalServer::newConnection, &server, [&] {
        QLocalSocket *peer = server.nextPendingConnection();
        connect(peer, &QLocalSocket::disconnected, &server, [left = &gone] { ++*left; });
        connect(peer, &QLocalSocket::readyRead, &server, [heard = &received, peer] {
            *heard += peer->readAll();
            if (heard->endsWith("\r\n\r\n"))
                peer->write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell");
        });
    });
    QVERIFY(server.listen(path));
    QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, patience);
    QVERIFY2(received.startsWith("GET /health?deep=1 HTTP/1.1\r\nHost: localhost\r\n"), received);
    QTRY_COMPARE_WITH_TIMEOUT(gone, 1, patience);
}

void TestReadinessProbes::anEncryptedConnectionIsAsked_data()
{
    QTest::addColumn<std::optional<bool>>("verify");
    QTest::addColumn<bool>("isReady");
    QTest::newRow("of this machine") << std::optional<bool>() << true;
    QTest::newRow("not verified") << std::optional(false) << true;
    QTest::newRow("verified") << std::optional(true) << false;
}

void TestReadinessProbes::anEncryptedConnectionIsAsked()
{
    QFETCH(const std::optional<bool>, verify);
    QFETCH(const bool, isReady);
    Certificates certificates;
    QVERIFY2(certificates.make(u"web"_s, u"web"_s, u"DNS:shop.example"_s), "openssl is needed");
    TlsListener server(certificates.tls(u"web"_s));
    QVERIFY(server.listen(QHostAddress::LocalHost));
    ReadySpec spec = http(u"https://127.0.0.1:%1/health"_s.arg(server.serverPort()));
    spec.http.verifyCertificate = verify;
    HttpProbe probe(spec);
    QSignalSpy ready(&probe, &ReadinessProbe::ready);
    QSignalSpy failed(&probe, &RepeatedProbe::failed);
    probe.start();
    QTRY_VERIFY_WITH_TIMEOUT(!ready.isEmpty() || !failed.isEmpty(), patience);
    QVERIFY2(ready.isEmpty() != isReady, qPrintable(probe.missing()));
    if (!isReady)
        QVERIFY2(probe.missing().contains(u"certificate"_s), qPrintable(probe.missing()));
}

void TestReadinessProbes::nobodyFindsItsConnectionReset_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("isHttp");
    const QByteArray body(300'000, 'x');
    const QByteArray length = "Content-Length: 300000\r\n\r\n";
    QTest::newRow("a success") << "HTTP/1.1 200 OK\r\n" + length + body << true;
    QTest::newRow("a success until the end") << "HTTP/1.1 200 OK\r\n\r\n" + body << true;
    QTest::newRow("a failure") << "HTTP/1.1 503 Later\r\n" + length + body << true;
    QTest::newRow("a failure until the end") << "HTTP/1.1 503 Later\r\n\r\n" + body << true;
    QTest::newRow("interim answers")
        << "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\n" + length + body << true;
    QTest::newRow("no HTTP") << "220 mail ESMTP\r\n" + body << true;
    QTest::newRow("a greeting") << QByteArray("220 mail ESMTP\r\n") << false;
}

// A peer that closes with something unread resets the connection, and the process logs that.
void TestReadinessProbes::nobodyFindsItsConnectionReset()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const bool, isHttp);
    SlowServer server(answer, isHttp);
    QVERIFY(server.port() != 0);
    std::unique_ptr<RepeatedProbe> probe;
    if (isHttp)
        probe = std::make_unique<HttpProbe>(http(u"http://127.0.0.1:%1/"_s.arg(server.port())));
    else
        probe = std::make_unique<TcpProbe>(tcp(u"127.0.0.1:%1"_s.arg(server.port())));
    QSignalSpy ready(probe.get(), &ReadinessProbe::ready);
    QSignalSpy failed(probe.get(), &RepeatedProbe::failed);
    probe->start();
    QTRY_VERIFY_WITH_TIMEOUT(!ready.isEmpty() || !failed.isEmpty(), patience);
    probe.reset(); // as when the process is ready
    QTRY_VERIFY_WITH_TIMEOUT(server.isOver(), patience);
    QCOMPARE(server.error(), 0);
}

// Supervision's thread is not the program's first: a connection that was still being closed when it
// ended stayed open for as long as the program.
void TestReadinessProbes::aConnectionGoesWithItsThread()
{
    class Keeper : public QTcpServer
    {
    public:
        int descriptor = -1;

    protected:
        void incomingConnection(qintptr accepted) override { descriptor = int(accepted); }
    } server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const std::unique_ptr<QThread> thread(QThread::create([port = server.serverPort()] {
        TcpProbe probe(tcp(u"127.0.0.1:%1"_s.arg(port)));
        QEventLoop loop;
        connect(&probe, &ReadinessProbe::ready, &loop, &QEventLoop::quit);
        probe.start();
        loop.exec();
    }));
    thread->start();
    QTRY_VERIFY_WITH_TIMEOUT(server.descriptor >= 0 && thread->isFinished(), patience);
    // Refused with a reset, once nobody is there to drop it.
    QTRY_VERIFY_WITH_TIMEOUT(::send(server.descriptor, "x", 1, MSG_NOSIGNAL) < 0, patience);
    ::close(server.descriptor);
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
