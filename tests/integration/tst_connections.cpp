// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/certificates.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include "protocol/connectionkeys.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QSslSocket>
#include <QTest>
#include <QUrl>

#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20000;
/// A client that asks nothing is closed after 5 s.
constexpr char aRequest[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

QJsonObject speaker(const QStringList &frames, bool enabled = true)
{
    QStringList command{helperProgram(u"speak-frames"_s)};
    return {{u"command"_s, QJsonArray::fromStringList(command + frames)}, {u"enabled"_s, enabled}};
}

QString request(int id, const QString &method, const QJsonObject &params = {})
{
    const QJsonObject frame{{keys::type, frames::request}, {keys::id, id}, {keys::method, method},
        {keys::params, params}};
    return QString::fromUtf8(QJsonDocument(frame).toJson(QJsonDocument::Compact));
}

/// Subscribes, and prints of each frame how many came and how many were missed: the frames
/// themselves are longer than a line of output may be.
constexpr char16_t countingScript[] = uR"(
import json, os, socket
hub = socket.socket(socket.AF_UNIX)
hub.connect(os.environ['SEMPER_SOCKET'])
def send(**frame):
    hub.sendall(json.dumps(frame).encode() + b'\n')
send(type='hello', process=os.environ['SEMPER_PROCESS'],
     instance=int(os.environ['SEMPER_INSTANCE']), token=os.environ['SEMPER_TOKEN'])
send(type='request', id=1, method='service.subscribe_connections')
for line in hub.makefile():
    frame = json.loads(line)
    print(json.dumps({'type': frame['type'], 'count': len(frame.get('opened', [])),
                      'missed': frame.get('missed', 0), 'bytes': len(line)}), flush=True)
)";

/// A top level whose one service is \a service, an HTTP service on any port unless it says more.
QJsonObject serving(const QJsonObject &processes, const QJsonObject &service = {})
{
    QJsonObject http{
        {u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s}, {u"processes"_s, processes}};
    for (auto it = service.begin(); it != service.end(); ++it)
        http.insert(it.key(), it.value());
    return {{u"services"_s, QJsonObject{{u"http"_s, http}}}};
}

/// The port of the \a index-th address of the only service.
quint16 port(RunningServer &server, int index = 0)
{
    const QJsonValue services = server.get(u"/api/v1/server"_s)[u"services"_s];
    return quint16(QUrl(services[0][u"addresses"_s][index].toString()).port());
}

/// The frames of \a type that \a process has printed so far.
QList<QJsonObject> printed(HubPeer &watcher, const QString &process, QStringView type)
{
    QList<QJsonObject> found;
    for (const QJsonObject &log : watcher.framesOf(u"log"))
        for (const QJsonValue &line : log.value(keys::lines).toArray()) {
            const QJsonObject frame = QJsonDocument::fromJson(line.toString().toUtf8()).object();
            if (log.value(keys::process) == process && frame.value(keys::type) == type.toString())
                found.append(frame);
        }
    return found;
}

qsizetype countOf(const QList<QJsonObject> &list, QLatin1StringView key)
{
    qsizetype count = 0;
    for (const QJsonObject &frame : list)
        count += frame.value(key).toArray().size();
    return count;
}

} // namespace

/// A server's processes, and its API, see who is connected to its services.
class TestConnections : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProcessIsToldWhoComesAndWhoGoes();
    void aFloodOfConnectionsIsCutAndCounted();
    void aProcessClosesAConnection();
    void pagesAreAskedForWithAfterAndLimit();
    void nonsenseIsRefused();
    void theApiHasPagesOfConnections();
    void thePagesOfAllServicesFollowEachOther();
    void listenersOfTheConfigurationAreServed_data();
    void listenersOfTheConfigurationAreServed();
    void checkTellsOfBadFilesOfTls();
    void aServerWithoutItsCertificateDoesNotStart();
    void aReloadAddsAndRemovesListenersAndTakesCertificatesAnew();

private:
    Certificates m_certificates;
};

void TestConnections::aProcessIsToldWhoComesAndWhoGoes()
{
    const QJsonObject processes{
        {u"watcher"_s, speaker({request(1, methods::subscribeConnections)}, false)}};
    RunningServer server(processes, serving(processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"log"_s});
    QCOMPARE(server.post(u"/api/v1/processes/watcher/start"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(printed(watcher, u"watcher"_s, u"response").size(), 1, patience);
    {
        RawClient client(port(server), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    }
    QTRY_COMPARE_WITH_TIMEOUT(
        countOf(printed(watcher, u"watcher"_s, u"connections"), keys::closed), 1, patience);
    QJsonObject opened;
    QJsonObject closed;
    for (const QJsonObject &frame : printed(watcher, u"watcher"_s, u"connections")) {
        QVERIFY(!frame.contains(keys::missed));
        if (const QJsonArray list = frame.value(keys::opened).toArray(); !list.isEmpty())
            opened = list.at(0).toObject();
        if (const QJsonArray list = frame.value(keys::closed).toArray(); !list.isEmpty())
            closed = list.at(0).toObject();
    }
    QCOMPARE(opened.value(keys::id), 1);
    QCOMPARE(closed.value(keys::id), 1);
    QCOMPARE(opened.value(keys::peer), closed.value(keys::peer));
    QVERIFY(closed.value(keys::bytesOut).toInt() > 0);
    QCOMPARE(server.stop(), 0);
}

void TestConnections::aFloodOfConnectionsIsCutAndCounted()
{
    const QJsonObject processes{{u"watcher"_s,
        QJsonObject{
            {u"command"_s, QJsonArray{u"python3"_s, u"-c"_s, QString::fromUtf16(countingScript)}},
            {u"enabled"_s, false}}}};
    RunningServer server(
        processes, serving(processes, {{u"limits"_s, QJsonObject{{u"connections"_s, 2000}}}}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"log"_s});
    QCOMPARE(server.post(u"/api/v1/processes/watcher/start"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(printed(watcher, u"watcher"_s, u"response").size(), 1, patience);

    const quint16 where = port(server);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 400; ++i)
        clients.push_back(std::make_unique<RawClient>(where));
    const auto told = [&] {
        qint64 sum = 0;
        for (const QJsonObject &frame : printed(watcher, u"watcher"_s, u"connections"))
            sum += frame.value(keys::count).toInteger() + frame.value(keys::missed).toInteger();
        return sum;
    };
    QTRY_VERIFY_WITH_TIMEOUT(told() >= 400, patience); // more once silent ones are closed
    for (const QJsonObject &frame : printed(watcher, u"watcher"_s, u"connections")) {
        QVERIFY(frame.value(keys::count).toInt() <= 100);
        QVERIFY(frame.value(u"bytes"_s).toInt() <= 64 * 1024);
    }
    QCOMPARE(server.stop(), 0);
}

void TestConnections::aProcessClosesAConnection()
{
    const QJsonObject processes{{u"closer"_s,
        speaker({request(1, methods::closeConnection, {{keys::id, 1}}),
                    request(2, methods::closeConnection, {{keys::id, 77}})},
            false)}};
    RunningServer server(processes, serving(processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"log"_s});
    RawClient client(port(server), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QCOMPARE(server.post(u"/api/v1/processes/closer/start"_s).first, 202);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(printed(watcher, u"closer"_s, u"response").size(), 2, patience);
    const QList<QJsonObject> answers = printed(watcher, u"closer"_s, u"response");
    QCOMPARE(answers.at(0).value(keys::result), (QJsonArray{true}));
    QCOMPARE(answers.at(1).value(keys::result), (QJsonArray{false}));
    QCOMPARE(server.stop(), 0);
}

void TestConnections::pagesAreAskedForWithAfterAndLimit()
{
    const QJsonObject processes{{u"asker"_s,
        speaker({request(1, methods::connections, {{keys::limit, 2}}),
                    request(2, methods::connections, {{keys::limit, 2}, {keys::after, 2}}),
                    request(3, methods::connections)},
            false)}};
    RunningServer server(processes, serving(processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"log"_s});
    const quint16 where = port(server);
    RawClient one(where, aRequest);
    RawClient two(where, aRequest);
    RawClient three(where, aRequest);
    const auto count
        = [&server] { return server.get(u"/api/v1/connections"_s)[keys::total].toInt(); };
    QTRY_COMPARE_WITH_TIMEOUT(count(), 3, patience);
    QCOMPARE(server.post(u"/api/v1/processes/asker/start"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(printed(watcher, u"asker"_s, u"response").size(), 3, patience);
    const QList<QJsonObject> answers = printed(watcher, u"asker"_s, u"response");
    QCOMPARE(answers.at(0).value(keys::result)[1][keys::id], 2);
    QCOMPARE(answers.at(0).value(keys::result).toArray().size(), 2);
    QCOMPARE(answers.at(1).value(keys::result)[0][keys::id], 3);
    QCOMPARE(answers.at(1).value(keys::result).toArray().size(), 1);
    QCOMPARE(answers.at(2).value(keys::result).toArray().size(), 3);
    QCOMPARE(server.stop(), 0);
}

void TestConnections::nonsenseIsRefused()
{
    const QJsonObject processes{{u"asker"_s,
        speaker({request(1, methods::connections, {{keys::limit, -1}}),
                    request(2, methods::connections, {{keys::after, u"x"_s}}),
                    request(3, methods::closeConnection, {{keys::id, 1.5}}),
                    request(4, u"service.sing"_s)},
            false)}};
    RunningServer server(processes, serving(processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"log"_s});
    QCOMPARE(server.post(u"/api/v1/processes/asker/start"_s).first, 202);
    QTRY_COMPARE_WITH_TIMEOUT(printed(watcher, u"asker"_s, u"response").size(), 4, patience);
    QStringList codes;
    for (const QJsonObject &answer : printed(watcher, u"asker"_s, u"response"))
        codes.append(answer.value(keys::error)[keys::code].toString());
    codes.sort(); // each answer has the id of its request, and may overtake another
    QCOMPARE(codes,
        (QStringList{
            u"bad_parameter"_s, u"bad_parameter"_s, u"bad_parameter"_s, u"unknown_method"_s}));
    QCOMPARE(server.stop(), 0);
}

void TestConnections::theApiHasPagesOfConnections()
{
    RunningServer server({}, serving({}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const quint16 where = port(server);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i)
        clients.push_back(std::make_unique<RawClient>(where, aRequest));
    const auto count = [&server] {
        return server.get(u"/api/v1/server"_s)[u"services"_s][0][u"connections"_s].toInt();
    };
    QTRY_COMPARE_WITH_TIMEOUT(count(), 5, patience);
    const QJsonValue first = server.get(u"/api/v1/connections?service=http&limit=2"_s);
    QCOMPARE(first[keys::total], 5);
    QCOMPARE(first[keys::more], true);
    QCOMPARE(first[keys::connections].toArray().size(), 2);
    QCOMPARE(first[keys::connections][0][keys::service], u"http"_s);
    QCOMPARE(first[keys::connections][1][keys::id], 2);
    const QJsonValue rest = server.get(u"/api/v1/connections?service=http&limit=3&after=2"_s);
    QCOMPARE(rest[keys::more], false);
    QCOMPARE(rest[keys::connections].toArray().size(), 3);
    QCOMPARE(server.get(u"/api/v1/connections"_s)[keys::connections].toArray().size(), 5);
    for (const QString &bad : {u"service=nobody"_s, u"limit=0"_s, u"limit=1001"_s, u"limit=1x"_s,
             u"after=1"_s, u"service=http&after=-1"_s, u"frob=1"_s})
        QVERIFY2(server.get(u"/api/v1/connections?"_s + bad).isUndefined(), qPrintable(bad));
    QCOMPARE(server.post(u"/api/v1/connections"_s).first, 405);
    QCOMPARE(server.stop(), 0);
}

void TestConnections::thePagesOfAllServicesFollowEachOther()
{
    const QJsonObject http{{u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s}};
    RunningServer server(
        {}, {{u"services"_s, QJsonObject{{u"a"_s, http}, {u"b"_s, http}, {u"c"_s, http}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    std::vector<std::unique_ptr<RawClient>> clients;
    const QJsonArray services = server.get(u"/api/v1/server"_s)[u"services"_s].toArray();
    for (const QJsonValue &service : services) {
        const QUrl address(service[u"addresses"_s][0].toString());
        const int count = service[u"name"_s] == u"a"_s ? 4 : service[u"name"_s] == u"b"_s ? 0 : 3;
        for (int i = 0; i < count; ++i)
            clients.push_back(std::make_unique<RawClient>(quint16(address.port()), aRequest));
    }
    QTRY_COMPARE_WITH_TIMEOUT(
        server.get(u"/api/v1/connections"_s)[keys::connections].toArray().size(), 7, patience);
    QStringList seen;
    QString next;
    int pages = 0;
    do {
        const QJsonValue page = server.get(
            u"/api/v1/connections?limit=2"_s + (next.isEmpty() ? QString() : u"&next="_s + next));
        QCOMPARE(page[keys::total], 7);
        for (const QJsonValue &connection : page[keys::connections].toArray())
            seen.append(connection[keys::service].toString()
                + QString::number(connection[keys::id].toInt()));
        next = page[u"next"].toString();
        QCOMPARE(next.isEmpty(), !page[keys::more].toBool());
    } while (!next.isEmpty() && ++pages < 10);
    QCOMPARE(seen, (QStringList{u"a1"_s, u"a2"_s, u"a3"_s, u"a4"_s, u"c1"_s, u"c2"_s, u"c3"_s}));
    for (const QString &bad :
        {u"next=a"_s, u"next=a:0"_s, u"next=:3"_s, u"next=d:3"_s, u"service=b&next=a:2"_s})
        QVERIFY2(server.get(u"/api/v1/connections?"_s + bad).isUndefined(), qPrintable(bad));
}

void TestConnections::listenersOfTheConfigurationAreServed_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("overTls");
    QTest::newRow("http") << u"http"_s << u"https://"_s;
    QTest::newRow("rpc") << u"rpc"_s << u"tls://"_s;
    QTest::newRow("websocket") << u"websocket"_s << u"wss://"_s;
    QTest::newRow("tcp") << u"tcp"_s << u"tls://"_s;
}

void TestConnections::listenersOfTheConfigurationAreServed()
{
    QFETCH(const QString, type);
    QFETCH(const QString, overTls);
    QVERIFY(m_certificates.make(u"server"_s, u"server"_s));
    const QJsonObject tls{{u"certificate"_s, m_certificates.certificate(u"server"_s)},
        {u"key"_s, m_certificates.key(u"server"_s)}};
    RunningServer server({},
        serving({},
            {{u"type"_s, type},
                {u"listeners"_s,
                    QJsonObject{{u"local"_s, QJsonObject{{u"listen"_s, u"unix:http.sock"_s}}},
                        {u"public"_s,
                            QJsonObject{{u"listen"_s, u"127.0.0.1:0"_s}, {u"tls"_s, tls}}}}}}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QJsonArray addresses
        = server.get(u"/api/v1/server"_s)[u"services"_s][0][u"addresses"_s].toArray();
    QCOMPARE(addresses.size(), 3);
    QCOMPARE(addresses.at(1), u"unix:"_s + server.folder() + u"/http.sock"_s);
    QVERIFY2(addresses.at(2).toString().startsWith(overTls + u"127.0.0.1:"_s),
        qPrintable(addresses.at(2).toString()));
    for (const QJsonValue &address : addresses)
        QVERIFY2(server.log().contains(u"\nhttp "_s + address.toString())
                || server.log().startsWith(u"http "_s + address.toString()),
            qPrintable(server.log()));
    QSslSocket client;
    client.setPeerVerifyMode(QSslSocket::VerifyNone);
    client.connectToHostEncrypted(u"127.0.0.1"_s, port(server, 2));
    QTRY_VERIFY_WITH_TIMEOUT(client.isEncrypted(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.get(u"/api/v1/connections"_s)[keys::connections][0][keys::listener].toString(),
        u"public"_s, patience);
    QLocalSocket local;
    local.connectToServer(server.folder() + u"/http.sock"_s);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.get(u"/api/v1/connections"_s)[keys::connections][1][keys::listener].toString(),
        u"local"_s, patience);
    QCOMPARE(server.stop(), 0);
}

void TestConnections::checkTellsOfBadFilesOfTls()
{
    RunningServer server({},
        serving({},
            {{u"listeners"_s,
                QJsonObject{{u"public"_s,
                    QJsonObject{{u"listen"_s, u"127.0.0.1:0"_s},
                        {u"tls"_s,
                            QJsonObject{{u"certificate"_s, u"none.pem"_s},
                                {u"key"_s, u"none.key"_s}}}}}}}}));
    QProcess semper;
    semper.start(builtProgram(u"semper"_s),
        {u"check"_s, u"--config"_s, server.folder() + u"/semper.json"_s});
    QVERIFY(semper.waitForFinished(patience));
    QCOMPARE(semper.exitCode(), 1);
    const QByteArray said = semper.readAllStandardError();
    QVERIFY2(said.contains("$.services.http.listeners.public.tls.certificate: cannot read "
                 + server.folder().toUtf8() + "/none.pem: No such file or directory"),
        said.constData());
}

void TestConnections::aServerWithoutItsCertificateDoesNotStart()
{
    RunningServer server({},
        serving({},
            {{u"tls"_s,
                QJsonObject{{u"certificate"_s, u"none.pem"_s}, {u"key"_s, u"none.key"_s}}}}));
    QVERIFY(!server.start());
    QVERIFY2(server.log().contains(
                 u"service http: cannot read %1/none.pem: No such file or directory"_s.arg(
                     server.folder())),
        qPrintable(server.log()));
}

void TestConnections::aReloadAddsAndRemovesListenersAndTakesCertificatesAnew()
{
    QVERIFY(m_certificates.make(u"live"_s, u"before"_s));
    const QJsonObject tls{{u"certificate"_s, m_certificates.certificate(u"live"_s)},
        {u"key"_s, m_certificates.key(u"live"_s)}};
    const QJsonObject open{{u"listen"_s, u"unix:a.sock"_s}};
    const QJsonObject other{{u"listen"_s, u"unix:b.sock"_s}};
    const auto top = [&](const QJsonObject &listeners) {
        return serving({}, {{u"tls"_s, tls}, {u"listeners"_s, listeners}});
    };
    RunningServer server({}, top({{u"a"_s, open}}));
    QVERIFY2(server.start(), qPrintable(server.log()));
    const quint16 before = port(server);
    const auto shown = [before] {
        QSslSocket client;
        client.setPeerVerifyMode(QSslSocket::VerifyNone);
        client.connectToHostEncrypted(u"127.0.0.1"_s, before);
        const bool shaken = QTest::qWaitFor([&] { return client.isEncrypted(); }, patience);
        return shaken ? client.peerCertificate().subjectInfo(QSslCertificate::CommonName).value(0)
                      : QString();
    };
    QCOMPARE(shown(), u"before"_s);

    QVERIFY(m_certificates.make(u"live"_s, u"after"_s));
    server.configure({}, top({{u"b"_s, other}}));
    const auto [status, answer] = server.post(u"/api/v1/reload"_s);
    QCOMPARE(status, 202);
    QStringList paths;
    for (const QJsonValue &change : answer.value(u"changes"_s).toArray())
        paths.append(change[u"change"_s].toString() + u' ' + change[u"path"_s].toString());
    QCOMPARE(paths,
        (QStringList{
            u"removed $.services.http.listeners.a"_s, u"added $.services.http.listeners.b"_s}));
    QCOMPARE(shown(), u"after"_s); // by the same port
    QVERIFY(!QFile::exists(server.folder() + u"/a.sock"_s));
    QVERIFY(QFile::exists(server.folder() + u"/b.sock"_s));

    QVERIFY(QFile::remove(m_certificates.key(u"live"_s)));
    const auto [refused, problem] = server.post(u"/api/v1/reload"_s);
    QCOMPARE(refused, 422);
    QCOMPARE(problem.value(u"errors"_s)[0][u"path"_s], u"$.services.http.tls.key"_s);
    QCOMPARE(shown(), u"after"_s);
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestConnections)
#include "tst_connections.moc"
