// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/certificates.h"

#include <semper/httpservice.h>

#include "net/tlsfiles.h"

#include <QCoroSignal>
#include <QElapsedTimer>
#include <QFile>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTest>

#include <memory>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10000;
const QByteArray hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
const QByteArray busy = "GET /busy HTTP/1.1\r\nHost: localhost\r\n\r\n"; // answered late

/// A client that speaks TLS, believes every certificate, and keeps what it is told.
class TlsClient
{
public:
    explicit TlsClient(quint16 port, const QByteArray &bytes = {},
        const std::function<void(QSslSocket &)> &prepare = {})
    {
        m_socket.setPeerVerifyMode(QSslSocket::VerifyNone);
        if (prepare)
            prepare(m_socket);
        QObject::connect(&m_socket, &QIODevice::readyRead, &m_socket,
            [this] { m_received += m_socket.readAll(); });
        QObject::connect(&m_socket, &QSslSocket::encrypted, &m_socket, [this, bytes] {
            m_encrypted = true;
            m_socket.write(bytes);
        });
        m_socket.connectToHostEncrypted(u"127.0.0.1"_s, port);
    }

    [[nodiscard]] bool encrypted() const { return m_encrypted; }
    [[nodiscard]] bool closed() const
    {
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }
    [[nodiscard]] const QByteArray &received() const { return m_received; }
    [[nodiscard]] QSslSocket &socket() { return m_socket; }
    /// Of the certificate that it was shown.
    [[nodiscard]] QString serverName() const
    {
        return m_socket.peerCertificate().subjectInfo(QSslCertificate::CommonName).value(0);
    }

private:
    QSslSocket m_socket;
    QByteArray m_received;
    bool m_encrypted = false;
};

/// The port of the first address of \a service that starts so.
quint16 portOf(const Service &service, const QString &start)
{
    for (const QString &address : service.addresses())
        if (address.startsWith(start))
            return quint16(QUrl(address).port());
    return 0;
}

ListenerSpec local(const std::optional<TlsSpec> &tls = {})
{
    return {.address = {.host = u"127.0.0.1"_s}, .tls = tls};
}

} // namespace

/// Several listeners of one service, plain, on a Unix socket and with TLS, and their faults.
class TestListeners : public QObject
{
    Q_OBJECT
Q_SIGNALS:
    void ended();

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void oneServiceIsServedOverTcpTlsAndAUnixSocketAtOnce();
    void theCapOfOneListenerLeavesTheOthersAlone();
    void theLongestQuietOverTlsMakesRoom();
    void plainBytesToATlsPortHurtNobody();
    void aSlowHandshakeIsCutOff();
    void handshakesThatAreLeftDoNotStopAccepting();
    void aClientWithoutTheWantedCertificateIsNotServed();
    void theCertificateOfAClientNamesItsUser();
    void manyAnswersThatAreNotReadDoNotPileUpOverTls();
    void whoIsRefusedWhileItSendsOverTlsIsNotCutOff_data();
    void whoIsRefusedWhileItSendsOverTlsIsNotCutOff();
    void aHeadAnswerOverTlsHasNoBody();
    void filesOfTlsThatWillNotDoAreTold_data();
    void filesOfTlsThatWillNotDoAreTold();
    void rootTakesNoFilesOfTlsThatOthersCouldChange();
    void aListenerThatCannotBindLeavesNoneBound();
    void rebindTakesCertificatesAnewAndDisturbsNobody();
    void rebindAddsAndRemovesListeners();
    void aRebindThatFailsChangesNothing();
    void limitsChangeWhileTheServiceRuns();
    void aConnectionIsClosedOnDemand();
    void aClientThatDoesNotGoIsCutOff();
    void openedAndClosedAreTold();
    void pagesOfConnectionsFollowEachOther();

private:
    [[nodiscard]] TlsSpec tls(const QString &name, const QString &clientCa = {}) const
    {
        return {.certificate = m_certificates.certificate(name),
            .key = m_certificates.key(name),
            .clientCa = clientCa.isEmpty() ? QString() : m_certificates.certificate(clientCa)};
    }
    [[nodiscard]] quint16 port(const QString &scheme) const
    {
        return portOf(*m_service, scheme + u"://"_s);
    }

    Certificates m_certificates;
    int m_waiting = 0; ///< requests for "/busy"
    std::unique_ptr<HttpService> m_service;
};

void TestListeners::initTestCase()
{
    QVERIFY(QSslSocket::supportsSsl());
    QVERIFY(m_certificates.make(u"first"_s, u"first"_s));
    QVERIFY(m_certificates.make(u"second"_s, u"second"_s));
    QVERIFY(m_certificates.make(u"ca"_s, u"ca"_s));
    QVERIFY(m_certificates.makeSigned(u"alice"_s, u"alice"_s, u"ca"_s));
    QVERIFY(m_certificates.make(u"stranger"_s, u"stranger"_s));
}

void TestListeners::init()
{
    m_service
        = std::make_unique<HttpService>(u"http"_s, HttpServiceOptions{.listen = u"127.0.0.1:0"_s});
    m_waiting = 0;
    m_service->route(u"/hello"_s, [] { return u"hello"_s; });
    m_service->route(u"/busy"_s, [this]() -> QCoro::Task<QString> {
        ++m_waiting;
        co_await qCoro(this, &TestListeners::ended);
        co_return u"busy"_s;
    });
    m_service->route(u"/big"_s,
        [] { return QHttpServerResponse("text/plain"_ba, QByteArray(1024 * 1024, 'z')); });
}

void TestListeners::cleanup()
{
    m_service.reset();
    Q_EMIT ended();
}

void TestListeners::oneServiceIsServedOverTcpTlsAndAUnixSocketAtOnce()
{
    const QString path = m_certificates.folder() + u"/s"_s;
    m_service->addListener(u"public"_s, {.listen = u"127.0.0.1:0"_s, .tls = tls(u"first"_s)});
    m_service->addListener(u"local"_s, {.listen = u"unix:"_s + path});
    QCOMPARE(m_service->listen(), std::nullopt);
    QCOMPARE(m_service->addresses().size(), 3);
    QVERIFY(m_service->addresses().contains(u"unix:"_s + path));

    RawClient plain(port(u"http"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(plain.received().endsWith("hello"), patience);
    TlsClient encrypted(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(encrypted.received().endsWith("hello"), patience);
    QCOMPARE(encrypted.serverName(), u"first"_s);
    QLocalSocket local;
    local.connectToServer(path);
    local.write(hello);
    QTRY_VERIFY_WITH_TIMEOUT(local.bytesAvailable() > 0, patience);
    QVERIFY(local.readAll().startsWith("HTTP/1.1 200"));

    const QList<Connection> connections = m_service->connections();
    QCOMPARE(connections.size(), 3);
    const QStringList listeners{QString(), u"public"_s, u"local"_s};
    for (qsizetype i = 0; i < connections.size(); ++i) {
        QCOMPARE(connections.at(i).id, quint64(i) + 1); // rising over all of them
        QCOMPARE(connections.at(i).listener, listeners.at(i));
        QCOMPARE(connections.at(i).bytesIn, hello.size());
        QVERIFY(connections.at(i).bytesOut > 5);
        QVERIFY(connections.at(i).lastActivity >= connections.at(i).since);
    }
    QCOMPARE(connections.at(2).user, u"uid %1"_s.arg(::geteuid()));
    QVERIFY(connections.at(0).user.isEmpty());
}

void TestListeners::theCapOfOneListenerLeavesTheOthersAlone()
{
    m_service->addListener(u"public"_s, {.listen = u"127.0.0.1:0"_s, .tls = tls(u"first"_s)});
    m_service->setLimits({.connections = 2});
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient first(port(u"http"_s), busy);
    RawClient second(port(u"http"_s), busy);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting, 2, patience);
    RawClient third(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(third.status(), 503, patience);
    QTRY_VERIFY_WITH_TIMEOUT(third.closed(), patience);

    TlsClient fourth(port(u"https"_s), busy);
    TlsClient fifth(port(u"https"_s), busy);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting, 4, patience);
    QCOMPARE(m_service->connectionCount(), 4);
    TlsClient sixth(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(sixth.closed(), patience);
    QVERIFY(!sixth.encrypted());
    first.socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 3, patience);
    RawClient seventh(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(seventh.status(), 200, patience);
}

void TestListeners::theLongestQuietOverTlsMakesRoom()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    m_service->setLimits({.connections = 3});
    QCOMPARE(m_service->listen(), std::nullopt);
    TlsClient served(port(u"https"_s), busy);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting, 1, patience);
    TlsClient kept(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(kept.received().endsWith("hello"), patience);
    RawClient silent(port(u"https"_s)); // comes last, and goes first
    const auto isServed = [this] {
        TlsClient client(port(u"https"_s), hello);
        return QTest::qWaitFor([&client] {
            return client.closed() || !client.received().isEmpty();
        }) && client.received().endsWith("hello");
    };
    // Asked again once it holds, so that a newcomer is not counted twice.
    bool first = false;
    QTRY_VERIFY_WITH_TIMEOUT(first = first || isServed(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(silent.closed(), patience);
    RawClient half(port(u"https"_s), "\x16\x03\x01");
    RawClient other(port(u"https"_s), "\x16\x03\x01");
    bool second = false;
    QTRY_VERIFY_WITH_TIMEOUT(second = second || isServed(), patience);
    QVERIFY(!served.closed());
}

void TestListeners::plainBytesToATlsPortHurtNobody()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient plain(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(plain.closed(), patience);
    QVERIFY(!plain.received().startsWith("HTTP"));
    QCOMPARE(m_service->connectionCount(), 0);
    TlsClient client(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("hello"), patience);
}

void TestListeners::aSlowHandshakeIsCutOff()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    m_service->setLimits({.handshakeTimeout = 3000ms});
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient silent(port(u"https"_s));
    // The first byte of a handshake, and no more.
    RawClient slow(port(u"https"_s), "\x16");
    TlsClient client(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("hello"), patience);
    QTRY_VERIFY_WITH_TIMEOUT(silent.closed(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(slow.closed(), patience);
    QVERIFY(!client.closed());
}

void TestListeners::handshakesThatAreLeftDoNotStopAccepting()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    m_service->setLimits({.connections = 20});
    QCOMPARE(m_service->listen(), std::nullopt);
    for (int i = 0; i < 100; ++i) {
        RawClient leaver(port(u"https"_s), "\x16\x03\x01");
        leaver.socket().abort();
        QTest::qWait(1);
    }
    TlsClient client(port(u"https"_s), hello);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("hello"), patience);
}

void TestListeners::aClientWithoutTheWantedCertificateIsNotServed()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s, u"ca"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    TlsClient bare(port(u"https"_s), hello);
    TlsClient stranger(port(u"https"_s), hello, [this](QSslSocket &socket) {
        socket.setLocalCertificate(m_certificates.certificate(u"stranger"_s));
        socket.setPrivateKey(m_certificates.key(u"stranger"_s), QSsl::Ec);
    });
    QTRY_VERIFY_WITH_TIMEOUT(bare.closed(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(stranger.closed(), patience);
    QVERIFY(bare.received().isEmpty());
    QVERIFY(stranger.received().isEmpty());
    QCOMPARE(m_service->connectionCount(), 0);
}

void TestListeners::theCertificateOfAClientNamesItsUser()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s, u"ca"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    TlsClient alice(port(u"https"_s), hello, [this](QSslSocket &socket) {
        socket.setLocalCertificate(m_certificates.certificate(u"alice"_s));
        socket.setPrivateKey(m_certificates.key(u"alice"_s), QSsl::Ec);
    });
    QTRY_VERIFY_WITH_TIMEOUT(alice.received().endsWith("hello"), patience);
    const QList<Connection> connections = m_service->connections();
    QCOMPARE(connections.size(), 1);
    QCOMPARE(connections.at(0).user, u"alice"_s);
}

/// What is encrypted leaves the socket's own buffer at once: the guard must look behind it.
void TestListeners::manyAnswersThatAreNotReadDoNotPileUpOverTls()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    m_service->setLimits({.writeStall = 3000ms});
    QCOMPARE(m_service->listen(), std::nullopt);
    const QByteArray ask = QByteArray(hello).replace("/hello", "/big").repeated(200);
    TlsClient client(
        port(u"https"_s), ask, [](QSslSocket &socket) { socket.setReadBufferSize(1024); });
    QObject::disconnect(&client.socket(), &QIODevice::readyRead, nullptr, nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(
        m_service->connectionCount() == 1 && m_service->connections().at(0).bytesOut > 1024 * 1024,
        patience);
    qint64 most = 0;
    const auto served = [&] {
        for (const Connection &connection : m_service->connections())
            most = std::max(most, connection.bytesOut);
        return m_service->connectionCount() == 0; // It was cut off for taking nothing.
    };
    QTRY_VERIFY_WITH_TIMEOUT(served(), patience);
    QVERIFY2(most < 50 * 1024 * 1024, qPrintable(QString::number(most)));
}

void TestListeners::whoIsRefusedWhileItSendsOverTlsIsNotCutOff_data()
{
    QTest::addColumn<bool>("isOneRecord");
    QTest::newRow("many records") << false;
    QTest::newRow("one record, slowly") << true; // which QSslSocket tells of only when it is whole
}

/// With TLS there is no other way to say "no more" than to close, which a client that still sends
/// would take for an error, and then it would not look for its answer.
void TestListeners::whoIsRefusedWhileItSendsOverTlsIsNotCutOff()
{
    QFETCH(const bool, isOneRecord);
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    const QByteArray tooLong = "POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999"
                               "\r\n\r\n";
    qint64 longestPause = 0;
    for (int tries = 0; tries < 5; ++tries) {
        TlsClient client(port(u"https"_s), tooLong);
        QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("\r\n\r\n"), patience);
        QVERIFY2(client.received().startsWith("HTTP/1.1 413"), client.received());
        longestPause = 0;
        for (int piece = 0; piece < 40 && !client.closed(); ++piece) {
            QElapsedTimer pause;
            pause.start();
            if (isOneRecord) {
                // Application data, 16 KiB of it. Source: RFC 8446, 5.1.
                const QByteArray part
                    = piece == 0 ? QByteArray("\x17\x03\x03\x40\x00", 5) : QByteArray(100, 'x');
                ::send(int(client.socket().socketDescriptor()), part.constData(),
                    std::size_t(part.size()), MSG_NOSIGNAL);
            } else {
                client.socket().write(QByteArray(1024, 'x'));
                client.socket().flush();
            }
            QTest::qWait(10);
            longestPause = std::max(longestPause, pause.elapsed());
        }
        if (longestPause < 100) { // or the server may take it for silent
            QVERIFY(!client.closed());
            QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
            return;
        }
    }
    QSKIP("this machine is too slow for it");
}

void TestListeners::aHeadAnswerOverTlsHasNoBody()
{
    m_service->setListeners({{QString(), local(tls(u"first"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    TlsClient client(port(u"https"_s),
        QByteArray(hello)
            .replace("GET", "HEAD")
            .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(client.received().startsWith("HTTP/1.1 200"));
    QVERIFY(client.received().endsWith("\r\n\r\n"));
    QCOMPARE(client.socket().error(), QAbstractSocket::RemoteHostClosedError);
}

void TestListeners::filesOfTlsThatWillNotDoAreTold_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("clientCa");
    QTest::addColumn<QString>("fault"); ///< the key that is complained of
    QTest::addColumn<QString>("message");

    const QString folder = m_certificates.folder();
    const auto made = [&folder](const QString &name, const QByteArray &text,
                          QFile::Permissions mode = QFile::ReadOwner | QFile::WriteOwner) {
        QFile file(folder + u'/' + name);
        if (file.open(QIODevice::WriteOnly)) {
            file.write(text);
            file.setPermissions(mode);
        }
        return file.fileName();
    };
    QFile whole(m_certificates.key(u"first"_s));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QString open = made(
        u"open.key"_s, whole.readAll(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
    const QString rubbish = made(u"rubbish"_s, "rubbish");
    const QString certificate = m_certificates.certificate(u"first"_s);
    const QString key = m_certificates.key(u"first"_s);
    const QString none = folder + u"/none"_s;
    QTest::newRow("no certificate") << none << key << QString() << u"certificate"_s
                                    << u"cannot read %1: No such file or directory"_s.arg(none);
    QTest::newRow("a folder") << folder << key << QString() << u"certificate"_s
                              << u"%1 is no plain file"_s.arg(folder);
    QTest::newRow("certificate rubbish") << rubbish << key << QString() << u"certificate"_s
                                         << u"%1 holds no certificate in PEM"_s.arg(rubbish);
    QTest::newRow("no key") << certificate << none << QString() << u"key"_s
                            << u"cannot read %1: No such file or directory"_s.arg(none);
    QTest::newRow("key rubbish")
        << certificate << rubbish << QString() << u"key"_s
        << u"%1 holds no private key in PEM that needs no passphrase"_s.arg(rubbish);
    QTest::newRow("key for all")
        << certificate << open << QString() << u"key"_s
        << u"others may use %1 (mode 0604); chmod it to 0600 or 0640"_s.arg(open);
    QTest::newRow("key of another")
        << certificate << m_certificates.key(u"second"_s) << QString() << u"key"_s
        << u"%1 does not fit %2"_s.arg(m_certificates.key(u"second"_s), certificate);
    QTest::newRow("no authority") << certificate << key << none << u"client_ca"_s
                                  << u"cannot read %1: No such file or directory"_s.arg(none);
    QTest::newRow("authority rubbish") << certificate << key << rubbish << u"client_ca"_s
                                       << u"%1 holds no certificate in PEM"_s.arg(rubbish);
}

void TestListeners::rootTakesNoFilesOfTlsThatOthersCouldChange()
{
    if (::geteuid() != 0)
        QSKIP("only root is careful here, and this test does not run as root");
    const QTemporaryDir folder;
    const QString authority = folder.filePath(u"ca.pem"_s);
    QVERIFY(QFile::copy(m_certificates.certificate(u"first"_s), authority));
    const TlsSpec spec{.certificate = m_certificates.certificate(u"first"_s),
        .key = m_certificates.key(u"first"_s),
        .clientCa = authority};
    const auto fault = [&spec] {
        const auto read = readTlsFiles(spec);
        const auto *told = std::get_if<TlsFault>(&read);
        return told != nullptr ? told->key + u": "_s + told->message : QString();
    };
    QCOMPARE(fault(), QString());
    QCOMPARE(::chown(QFile::encodeName(authority).constData(), 1234, 1234), 0);
    QVERIFY2(fault().startsWith(u"client_ca: %1 belongs to uid 1234; "_s.arg(authority)),
        qPrintable(fault()));
    QCOMPARE(::chown(QFile::encodeName(authority).constData(), 0, 0), 0);
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
    QVERIFY2(
        fault().contains(folder.path() + u" may be written by anybody"_s), qPrintable(fault()));
}

void TestListeners::filesOfTlsThatWillNotDoAreTold()
{
    QFETCH(const QString, certificate);
    QFETCH(const QString, key);
    QFETCH(const QString, clientCa);
    QFETCH(const QString, fault);
    QFETCH(const QString, message);
    const TlsSpec spec{.certificate = certificate, .key = key, .clientCa = clientCa};
    const auto read = readTlsFiles(spec);
    const auto *told = std::get_if<TlsFault>(&read);
    QVERIFY(told);
    QCOMPARE(told->key, fault);
    QVERIFY2(told->message.startsWith(message), qPrintable(told->message));
    m_service->setListeners({{QString(), local(spec)}});
    QCOMPARE(m_service->listen(), told->message);
}

void TestListeners::aListenerThatCannotBindLeavesNoneBound()
{
    QTcpServer squatter;
    QVERIFY(squatter.listen(QHostAddress::LocalHost));
    m_service->addListener(u"taken"_s, {.listen = u"127.0.0.1:%1"_s.arg(squatter.serverPort())});
    const auto reason = m_service->listen();
    QVERIFY(reason);
    QVERIFY2(reason->startsWith(u"cannot listen on 127.0.0.1:"_s), qPrintable(*reason));
    QVERIFY(m_service->addresses().isEmpty());
    squatter.close();
    QCOMPARE(m_service->listen(), std::nullopt);
    QCOMPARE(m_service->addresses().size(), 2);
}

void TestListeners::rebindTakesCertificatesAnewAndDisturbsNobody()
{
    const auto copy = [this](const QString &from) {
        for (const QString &end : {u".pem"_s, u".key"_s}) {
            QFile::remove(m_certificates.folder() + u"/live"_s + end);
            QFile::copy(m_certificates.folder() + u'/' + from + end,
                m_certificates.folder() + u"/live"_s + end);
        }
    };
    copy(u"first"_s);
    m_service->setListeners({{QString(), local(tls(u"live"_s))}});
    QCOMPARE(m_service->listen(), std::nullopt);
    const quint16 before = port(u"https"_s);
    TlsClient old(before, hello);
    QTRY_VERIFY_WITH_TIMEOUT(old.received().endsWith("hello"), patience);

    copy(u"second"_s);
    auto rebinding = m_service->rebind(m_service->listeners());
    const auto *carryOut = std::get_if<std::function<void()>>(&rebinding);
    QVERIFY(carryOut);
    (*carryOut)();
    QCOMPARE(port(u"https"_s), before);
    TlsClient fresh(before, hello);
    QTRY_VERIFY_WITH_TIMEOUT(fresh.received().endsWith("hello"), patience);
    QCOMPARE(fresh.serverName(), u"second"_s);
    old.socket().write(hello);
    QTRY_COMPARE_WITH_TIMEOUT(old.received().count("HTTP/1.1 200"), 2, patience);
}

void TestListeners::rebindAddsAndRemovesListeners()
{
    m_service->addListener(u"gone"_s, {.listen = u"127.0.0.1:0"_s, .tls = tls(u"first"_s)});
    QCOMPARE(m_service->listen(), std::nullopt);
    const quint16 kept = port(u"http"_s);
    const quint16 gone = port(u"https"_s);
    TlsClient old(gone, hello);
    QTRY_VERIFY_WITH_TIMEOUT(old.received().endsWith("hello"), patience);

    const QString path = m_certificates.folder() + u"/fresh"_s;
    auto rebinding = m_service->rebind({{QString(), m_service->listeners().value(QString())},
        {u"fresh"_s, {.address = {.path = path}}}});
    QVERIFY(std::holds_alternative<std::function<void()>>(rebinding));
    std::get<std::function<void()>>(rebinding)();
    QCOMPARE(m_service->addresses(),
        (QStringList{u"http://127.0.0.1:%1"_s.arg(kept), u"unix:"_s + path}));
    RawClient late(gone);
    QTRY_VERIFY_WITH_TIMEOUT(late.closed(), patience);
    old.socket().write(hello); // It goes on, and is listed, until it ends.
    QTRY_COMPARE_WITH_TIMEOUT(old.received().count("HTTP/1.1 200"), 2, patience);
    QCOMPARE(m_service->connectionCount(), 1);
    old.socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
}

void TestListeners::aRebindThatFailsChangesNothing()
{
    QCOMPARE(m_service->listen(), std::nullopt);
    const QMap<QString, ListenerSpec> before = m_service->listeners();
    const QStringList addresses = m_service->addresses();
    QMap<QString, ListenerSpec> next = before;
    next.insert(u"a"_s, local());
    next.insert(u"b"_s, local(tls(u"nowhere"_s)));
    const auto rebinding = m_service->rebind(next);
    const auto *fault = std::get_if<RebindFault>(&rebinding);
    QVERIFY(fault);
    QCOMPARE(fault->listener, u"b"_s);
    QCOMPARE(fault->key, u"tls"_s);
    QVERIFY(fault->message.contains(u"nowhere.pem"_s));
    QCOMPARE(m_service->listeners(), before);
    QCOMPARE(m_service->addresses(), addresses);
}

void TestListeners::limitsChangeWhileTheServiceRuns()
{
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient first(port(u"http"_s), busy);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting, 1, patience);
    m_service->setLimits({.connections = 1, .messageMaxBytes = 10, .idleTimeout = 300ms});
    RawClient second(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(second.status(), 503, patience);
    first.send("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n");
    Q_EMIT ended();
    QTRY_VERIFY_WITH_TIMEOUT(first.received().contains("HTTP/1.1 413"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
    RawClient third(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(third.status(), 200, patience);
    QTRY_VERIFY_WITH_TIMEOUT(third.closed(), patience); // idle
}

void TestListeners::aConnectionIsClosedOnDemand()
{
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient idle(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(idle.status(), 200, patience);
    RawClient sending(port(u"http"_s), "POST /hello HTTP/1.1\r\nHost: localhost\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 2, patience);
    QTRY_VERIFY_WITH_TIMEOUT(m_service->connections().at(1).bytesIn > 0, patience);
    QVERIFY(m_service->closeConnection(1));
    QVERIFY(m_service->closeConnection(2));
    QVERIFY(!m_service->closeConnection(3));
    QTRY_VERIFY_WITH_TIMEOUT(idle.closed(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(sending.closed(), patience);
    QCOMPARE(sending.status(), 503);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
}

void TestListeners::aClientThatDoesNotGoIsCutOff()
{
    QCOMPARE(m_service->listen(), std::nullopt);
    // It takes nothing of a large answer, and so does not see that it is asked to go.
    RawClient deaf(port(u"http"_s), QByteArray(hello).replace("/hello", "/big").repeated(20));
    deaf.socket().setReadBufferSize(1);
    QObject::disconnect(&deaf.socket(), &QIODevice::readyRead, nullptr, nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(
        m_service->connectionCount() == 1 && m_service->connections().at(0).bytesOut > 0, patience);
    QVERIFY(m_service->closeConnection(1));
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
}

void TestListeners::openedAndClosedAreTold()
{
    QSignalSpy opened(m_service.get(), &Service::connectionOpened);
    QSignalSpy closed(m_service.get(), &Service::connectionClosed);
    QCOMPARE(m_service->listen(), std::nullopt);
    RawClient client(port(u"http"_s), hello);
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(closed.count(), 0);
    client.socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(closed.count(), 1, patience);
    const auto gone = closed.at(0).at(0).value<Connection>();
    QCOMPARE(gone.id, quint64(1));
    QCOMPARE(gone.bytesIn, hello.size());
    QVERIFY(gone.bytesOut > 0);
}

void TestListeners::pagesOfConnectionsFollowEachOther()
{
    QCOMPARE(m_service->listen(), std::nullopt);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i)
        clients.push_back(std::make_unique<RawClient>(port(u"http"_s)));
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 5, patience);
    const QList<Connection> all = m_service->connections();
    QCOMPARE(m_service->connections(0, 2), all.first(2));
    QCOMPARE(m_service->connections(2, 2), all.sliced(2, 2));
    QCOMPARE(m_service->connections(4, 2), all.sliced(4));
    QVERIFY(m_service->connections(5, 2).isEmpty());
    QVERIFY(m_service->connections(0, 0).isEmpty());
}

QTEST_GUILESS_MAIN(TestListeners)
#include "tst_listeners.moc"
