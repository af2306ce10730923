// SPDX-License-Identifier: GPL-3.0-or-later
// Each service, asked by programs that are not ours: curl, netcat, openssl, and from npm the
// WebSocket client ws, the JSON-RPC client jayson, and vscode-jsonrpc, which speaks as language
// servers do.
#include "support/certificates.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <memory>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject serviceOf(const QString &type, const QJsonObject &processes = {})
{
    return {{u"type"_s, type}, {u"listen"_s, u"127.0.0.1:0"_s}, {u"processes"_s, processes}};
}

QJsonArray list(std::initializer_list<QJsonValue> values)
{
    return values;
}

/// Where `./dev test` has npm put the packages of other clients.
QString npmModules()
{
    return qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/npm/node_modules"_s;
}

bool isInstalled(const QString &package)
{
    return QFileInfo::exists(npmModules() + u'/' + package);
}

} // namespace

class TestOutsideClients : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void curlIsServedOverHttp();
    void curlCallsMethods();
    void netcatGetsItsAnswers_data();
    void netcatGetsItsAnswers();
    void netcatWatchesOverTcp();
    void netcatWatchesInCountedFrames();
    void curlAsksOverTls();
    void opensslWatchesOverTls();
    void aWebSocketClientFromNpmWatches_data();
    void aWebSocketClientFromNpmWatches();
    void aJsonRpcClientFromNpmCalls();
    void aLanguageClientFromNpmCalls();

private:
    [[nodiscard]] QString portOf(const QString &service)
    {
        return QString::number(m_server->serviceAddress(service).port());
    }
    /// What \a program prints; its errors if it fails.
    [[nodiscard]] QByteArray run(
        const QString &program, const QStringList &arguments, const QByteArray &input = {});
    /// What tests/integration/outsideclients/SCRIPT tells that it saw.
    [[nodiscard]] QJsonObject seenBy(const QString &script, const QStringList &arguments);

    std::unique_ptr<RunningServer> m_server;
    Certificates m_certificates;
    QString m_token;
};

void TestOutsideClients::initTestCase()
{
    const QJsonObject quiet{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}};
    QJsonObject counted = serviceOf(u"tcp"_s);
    counted.insert(u"framing"_s, u"length"_s);
    QJsonObject services{{u"web"_s, serviceOf(u"http"_s, {{u"quiet"_s, quiet}})},
        {u"rpc"_s, serviceOf(u"rpc"_s)}, {u"live"_s, serviceOf(u"websocket"_s)},
        {u"raw"_s, serviceOf(u"tcp"_s)}, {u"counted"_s, counted}};
    if (m_certificates.make(u"server"_s, u"localhost"_s)) {
        const QJsonObject tls{{u"certificate"_s, m_certificates.certificate(u"server"_s)},
            {u"key"_s, m_certificates.key(u"server"_s)}};
        for (const auto &name : {u"web"_s, u"rpc"_s, u"live"_s, u"raw"_s}) {
            QJsonObject service = serviceOf(services.value(name)[u"type"_s].toString());
            service.insert(u"tls"_s, tls);
            services.insert(u"secure-"_s + name, service);
        }
    }
    m_server
        = std::make_unique<RunningServer>(QJsonObject(), QJsonObject{{u"services"_s, services}});
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    m_token = QString::fromLatin1(m_server->token());
}

void TestOutsideClients::cleanupTestCase()
{
    const QString log = m_server->log();
    QVERIFY2(!log.contains(u" warning "_s), qPrintable(log));
    QCOMPARE(m_server->stop(), 0);
}

QByteArray TestOutsideClients::run(
    const QString &program, const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NODE_PATH"_s, npmModules());
    environment.insert(u"NODE_EXTRA_CA_CERTS"_s, m_certificates.certificate(u"server"_s));
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(patience))
        process.kill();
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        return process.errorString().toUtf8() + process.readAllStandardError();
    return process.readAllStandardOutput();
}

QJsonObject TestOutsideClients::seenBy(const QString &script, const QStringList &arguments)
{
    const QByteArray output = run(u"node"_s,
        QStringList{qEnvironmentVariable("SEMPER_TEST_SOURCE")
            + u"/tests/integration/outsideclients/"_s + script}
            + arguments);
    const QJsonObject seen = QJsonDocument::fromJson(output).object();
    if (seen.isEmpty())
        qWarning().noquote() << output;
    return seen;
}

void TestOutsideClients::curlIsServedOverHttp()
{
    const QString page = m_server->serviceAddress(u"web"_s).toString() + u'/';
    const QStringList curl{u"-sS"_s, u"--max-time"_s, u"10"_s};
    QCOMPARE(run(u"curl"_s, curl + QStringList{page}), "{\"service\":\"web\",\"status\":\"ok\"}\n");
    QVERIFY(run(u"curl"_s, curl + QStringList{u"-I"_s, page}).startsWith("HTTP/1.1 200 OK\r\n"));
    QVERIFY(run(u"curl"_s, curl + QStringList{u"-i"_s, page + u"nowhere"_s})
                .startsWith("HTTP/1.1 404 Not Found\r\n"));
    QVERIFY(run(u"curl"_s, curl + QStringList{u"-i"_s, u"-d"_s, u"x=1"_s, page})
                .startsWith("HTTP/1.1 404 Not Found\r\n"));
}

void TestOutsideClients::curlCallsMethods()
{
    const QString address = u"http://127.0.0.1:%1/"_s.arg(portOf(u"rpc"_s));
    const QStringList curl{u"-sS"_s, u"--max-time"_s, u"10"_s, u"-d"_s,
        uR"({"jsonrpc":"2.0","method":"processes.get","params":{"process":"quiet"},"id":1})"_s};
    const auto answer = [&](const QStringList &more) {
        return QJsonDocument::fromJson(run(u"curl"_s, curl + more + QStringList{address}));
    };
    const QString bearer = u"Authorization: Bearer "_s + m_token;
    QCOMPARE(answer({u"-H"_s, bearer})[u"result"_s][0][u"name"_s], u"quiet"_s);
    QCOMPARE(answer({})[u"error"_s][u"code"_s], -32001);
    QCOMPARE(run(u"curl"_s,
                 curl + QStringList{u"-o"_s, u"/dev/null"_s, u"-w"_s, u"%{http_code}"_s, address}),
        "401");
}

void TestOutsideClients::netcatGetsItsAnswers_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("result");
    QTest::addColumn<QByteArray>("end");
    const QByteArray authenticate
        = R"({"jsonrpc":"2.0","method":"session.authenticate","params":["%"],"id":1})";
    const QByteArray yes = R"("result":true)";
    QTest::newRow("lines") << authenticate + '\n' << yes << "\n"_ba;
    QTest::newRow("as language servers")
        << "Content-Length: LENGTH\r\n\r\n" + authenticate << yes << ""_ba;

    const auto swoft = [](const char *route, const char *arguments, const char *ext) {
        return QByteArray(R"({"jsonrpc":"2.0","method":"1.0::Semper\\Rpc\\)") + route
            + R"(","params":)" + arguments + R"(,"id":"","ext":)" + ext + "}\r\n\r\n";
    };
    const char *const token = R"({"token":"%"})";
    const QByteArray end = "\r\n\r\n";
    QTest::newRow("Swoft") << swoft("SessionInterface::authenticate", R"(["%"])", "[]") << yes
                           << end;
    QTest::newRow("Swoft, a list")
        << swoft("ProcessesInterface::list", "[]", token) << R"("name":"quiet")"_ba << end;
    QTest::newRow("Swoft, an argument")
        << swoft("ProcessesInterface::get", R"(["quiet"])", token) << R"("name":"quiet")"_ba << end;
    QTest::newRow("Swoft, the server")
        << swoft("ServerInterface::info", "[]", token) << R"("pid":)"_ba << end;
    QTest::newRow("Swoft, connections")
        << swoft("ConnectionsInterface::list", "[]", token) << R"("peer":)"_ba << end;
    QTest::newRow("Swoft, by a stranger")
        << swoft("ProcessesInterface::list", "[]", "[]") << R"("code":-32001)"_ba << end;
    QTest::newRow("Swoft, nowhere")
        << swoft("ProcessesInterface::fly", "[]", token) << R"("code":-32600)"_ba << end;
}

void TestOutsideClients::netcatGetsItsAnswers()
{
    if (QStandardPaths::findExecutable(u"nc"_s).isEmpty())
        QSKIP("netcat is not installed");
    QFETCH(QByteArray, sent);
    QFETCH(const QByteArray, end);
    sent.replace("%", m_token.toLatin1());
    sent.replace("LENGTH", QByteArray::number(sent.size() - sent.indexOf('{')));
    const QByteArray answer = run(u"nc"_s, {u"-N"_s, u"127.0.0.1"_s, portOf(u"rpc"_s)}, sent);
    QFETCH(const QByteArray, result);
    QVERIFY2(answer.contains(result), answer);
    QVERIFY2(answer.endsWith('}' + end), answer);
}

void TestOutsideClients::netcatWatchesOverTcp()
{
    if (QStandardPaths::findExecutable(u"nc"_s).isEmpty())
        QSKIP("netcat is not installed");
    const QByteArray hello = R"({"type":"hello","role":"watcher","token":"%"})";
    const QByteArray subscribe = R"({"type":"subscribe","topics":["state"]})";
    const QStringList arguments{u"-N"_s, u"127.0.0.1"_s, portOf(u"raw"_s)};
    const QByteArray seen = run(u"nc"_s, arguments,
        QByteArray(hello).replace('%', m_token.toLatin1()) + '\n' + subscribe + '\n');
    QVERIFY2(seen.contains(R"("type":"welcome")"), seen);
    QVERIFY2(seen.contains(R"("name":"quiet")"), seen);
    const QByteArray binary = run(u"nc"_s, arguments, "\xff\xfe\x00\x01\n"_ba);
    QVERIFY2(binary.contains(R"("type":"error")"), binary);
}

void TestOutsideClients::netcatWatchesInCountedFrames()
{
    if (QStandardPaths::findExecutable(u"nc"_s).isEmpty())
        QSKIP("netcat is not installed");
    const auto frame
        = [](const QByteArray &text) { return QByteArray("\0\0\0", 3) + char(text.size()) + text; };
    const QByteArray hello = R"({"type":"hello","role":"watcher","token":"%"})";
    const QByteArray seen = run(u"nc"_s, {u"-N"_s, u"127.0.0.1"_s, portOf(u"counted"_s)},
        frame(QByteArray(hello).replace('%', m_token.toLatin1()))
            + frame(R"({"type":"subscribe","topics":["state"]})"));
    QVERIFY2(seen.startsWith("\0\0"_ba) && seen.contains(R"("type":"welcome")"), seen);
    QVERIFY2(seen.contains(R"("name":"quiet")"), seen);
}

void TestOutsideClients::curlAsksOverTls()
{
    const auto address = [this](const QString &service) {
        return u"https://localhost:%1/"_s.arg(portOf(service));
    };
    if (portOf(u"secure-web"_s) == u"-1")
        QSKIP("openssl is not installed");
    const QStringList stranger{u"-sS"_s, u"--max-time"_s, u"10"_s};
    const QStringList curl
        = stranger + QStringList{u"--cacert"_s, m_certificates.certificate(u"server"_s)};
    QCOMPARE(run(u"curl"_s, curl + QStringList{address(u"secure-web"_s)}),
        "{\"service\":\"secure-web\",\"status\":\"ok\"}\n");
    QVERIFY(
        run(u"curl"_s, stranger + QStringList{address(u"secure-web"_s)}).contains("certificate"));
    const QByteArray called = run(u"curl"_s,
        curl
            + QStringList{u"-H"_s, u"Authorization: Bearer "_s + m_token, u"-d"_s,
                uR"({"jsonrpc":"2.0","method":"processes.get","params":["quiet"],"id":1})"_s,
                address(u"secure-rpc"_s)});
    QVERIFY2(called.contains(R"("name":"quiet")"), called);
}

void TestOutsideClients::opensslWatchesOverTls()
{
    if (portOf(u"secure-raw"_s) == u"-1")
        QSKIP("openssl is not installed");
    const auto seenOver = [this](const QString &service, const QByteArray &sent) {
        return run(u"openssl"_s,
            {u"s_client"_s, u"-quiet"_s, u"-verify_return_error"_s, u"-CAfile"_s,
                m_certificates.certificate(u"server"_s), u"-connect"_s,
                u"localhost:"_s + portOf(service)},
            sent);
    };
    const QByteArray hello = R"({"type":"hello","role":"watcher","token":"%"})";
    // It stays until the server ends the connection, which it does for the second frame.
    const QByteArray seen = seenOver(
        u"secure-raw"_s, QByteArray(hello).replace('%', m_token.toLatin1()) + "\nnonsense\n");
    QVERIFY2(seen.contains(R"("type":"welcome")"), seen);
    QVERIFY2(seen.contains("bad_frame"), seen);
    const QByteArray refused = seenOver(u"secure-raw"_s, hello + '\n');
    QVERIFY2(refused.contains("not_allowed") && !refused.contains("welcome"), refused);
}

void TestOutsideClients::aWebSocketClientFromNpmWatches_data()
{
    QTest::addColumn<QString>("address");
    QTest::newRow("plain") << u"ws://127.0.0.1:%1/"_s.arg(portOf(u"live"_s));
    if (portOf(u"secure-live"_s) != u"-1")
        QTest::newRow("over TLS") << u"wss://localhost:%1/"_s.arg(portOf(u"secure-live"_s));
}

void TestOutsideClients::aWebSocketClientFromNpmWatches()
{
    QFETCH(const QString, address);
    if (!isInstalled(u"ws"_s))
        QSKIP("npm is not installed, or could not install it");
    const QJsonObject seen = seenBy(u"websocket.js"_s, {address, m_token});
    QCOMPARE(seen[u"watcher"_s],
        QJsonObject({{u"code"_s, 1000}, {u"protocol"_s, u"semper.v1"_s},
            {u"types"_s, list({u"welcome"_s, u"snapshot"_s})}}));
    QCOMPARE(seen[u"processes"_s], list({u"quiet"_s}));
    QCOMPARE(seen[u"pong"_s], u"are you there"_s);
    QCOMPARE(seen[u"wrongToken"_s][u"status"_s], 401);
    QCOMPARE(seen[u"stranger"_s][u"error"_s], u"not_allowed"_s);
    QCOMPARE(seen[u"stranger"_s][u"code"_s], 1008);
    QCOMPARE(seen[u"tooLong"_s][u"code"_s], 1009);
    QCOMPARE(seen[u"binary"_s][u"code"_s], 1008);
    QCOMPARE(seen[u"otherPage"_s][u"status"_s], 403);
}

void TestOutsideClients::aJsonRpcClientFromNpmCalls()
{
    if (!isInstalled(u"jayson"_s))
        QSKIP("npm is not installed, or could not install it");
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"events"_s});
    const QJsonObject seen = seenBy(u"jsonrpc.js"_s, {portOf(u"rpc"_s), m_token});
    QCOMPARE(seen[u"authenticated"_s], true);
    QCOMPARE(seen[u"wrongToken"_s][u"code"_s], -32001);
    QCOMPARE(seen[u"names"_s], list({u"quiet"_s}));
    QCOMPARE(seen[u"byPosition"_s], u"quiet"_s);
    QCOMPARE(seen[u"byName"_s], u"quiet"_s);
    QCOMPARE(seen[u"noSuchProcess"_s][u"data"_s][u"code"_s], u"unknown_process"_s);
    QCOMPARE(seen[u"noSuchMethod"_s], -32601);
    QCOMPARE(seen[u"missing"_s], -32602);
    QCOMPARE(seen[u"stopped"_s], true);
    QCOMPARE(seen[u"started"_s], true);
    QCOMPARE(seen[u"connections"_s], 1);
    QCOMPARE(seen[u"badLimit"_s], -32602);
    QCOMPARE(seen[u"restarted"_s], u"number"_s);
    QCOMPARE(seen[u"textId"_s], u"an id of text"_s);
    QVERIFY(!seen.contains(u"notification"_s)); // is not answered
    QCOMPARE(
        seen[u"batch"_s], list({list({u"first"_s, u"result"_s}), list({u"second"_s, -32601})}));
    QVERIFY(seen[u"stranger"_s].toString().contains(u"authentication needed"_s));
    const auto commands = [&watcher] {
        QJsonArray found;
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (frame[u"event"_s][u"type"_s] == u"command"_s)
                found.append(frame[u"event"_s]);
        return found;
    };
    QTRY_VERIFY_WITH_TIMEOUT(commands().size() >= 3, patience);
    for (const QJsonValue &command : commands())
        QVERIFY(command[u"by"_s].toString().startsWith(u"rpc 127.0.0.1:"_s));
}

void TestOutsideClients::aLanguageClientFromNpmCalls()
{
    if (!isInstalled(u"vscode-jsonrpc"_s))
        QSKIP("npm is not installed, or could not install it");
    const QJsonObject seen = seenBy(u"contentlength.js"_s, {portOf(u"rpc"_s), m_token});
    QCOMPARE(seen[u"stranger"_s], -32001);
    QCOMPARE(seen[u"authenticated"_s], true);
    QCOMPARE(seen[u"lists"_s], 20);
    QCOMPARE(seen[u"noSuchMethod"_s], -32601);
}

QTEST_GUILESS_MAIN(TestOutsideClients)
#include "tst_outsideclients.moc"
