// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/reloading.h"
#include "support/freeport.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

/// A top level whose one service listens at \a address.
QJsonObject listening(const QString &address, const QJsonObject &processes)
{
    return {{u"services"_s,
        QJsonObject{{u"http"_s,
            QJsonObject{
                {u"type"_s, u"http"_s}, {u"listen"_s, address}, {u"processes"_s, processes}}}}}};
}

QString local(quint16 port)
{
    return u"127.0.0.1:%1"_s.arg(port);
}

bool takesConnections(quint16 port)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    return socket.waitForConnected(patience);
}

} // namespace

/// Addresses and services that a reload moves, on a real server.
class TestReloadListeners : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anotherAddressIsBoundBeforeTheOldOneIsLeft();
    void aPortThatIsTakenChangesNothing();
    void servicesComeAndGo();
    void theControlApiMoves();
};

void TestReloadListeners::anotherAddressIsBoundBeforeTheOldOneIsLeft()
{
    const quint16 first = freePort();
    const QJsonObject processes{{u"a"_s, sleeper()}};
    RunningServer server(processes, listening(local(first), processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);
    QVERIFY(takesConnections(first));
    const quint16 second = freePort();
    server.configure(processes, listening(local(second), processes));
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 0);
    const QString move = local(first) + u" -> "_s + local(second);
    QCOMPARE(QString::fromUtf8(output.standardOutput),
        u"~ $.services.http.listen %1\n= 1 process unchanged\n"_s.arg(move));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(
            u"0 added, 0 removed, 0 changed, 1 unchanged; listeners: http %1\n"_s.arg(move)),
        qPrintable(server.log()), patience);
    QVERIFY(takesConnections(second));
    QVERIFY(!takesConnections(first));
    QCOMPARE(pidOf(server, u"a"_s), a);
    QCOMPARE(server.get(u"/api/v1/server"_s)[u"services"_s][0][u"addresses"_s][0],
        u"http://"_s + local(second));
}

void TestReloadListeners::aPortThatIsTakenChangesNothing()
{
    QTcpServer squatter;
    QVERIFY(squatter.listen(QHostAddress::LocalHost));
    const quint16 first = freePort();
    const QJsonObject processes{{u"a"_s, sleeper()}};
    RunningServer server(processes, listening(local(first), processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);

    const QJsonObject changed{{u"a"_s, sleeper(variable(u"2"_s))}, {u"b"_s, sleeper()}};
    QJsonObject top = listening(local(squatter.serverPort()), changed);
    top.insert(u"control"_s, QJsonObject{{u"listen"_s, local(freePort())}});
    server.configure(changed, top);
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 1);
    QVERIFY2(output.standardError.contains("$.services.http.listen: cannot listen on"),
        output.standardError.constData());
    QVERIFY(takesConnections(first));
    QCOMPARE(pidOf(server, u"a"_s), a); // which also asks the control API, where it was
    QVERIFY(server.process(u"b"_s).isEmpty());
}

void TestReloadListeners::servicesComeAndGo()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);
    const auto service = [](const QString &listen, const QJsonObject &processes) {
        return QJsonObject{
            {u"type"_s, u"http"_s}, {u"listen"_s, listen}, {u"processes"_s, processes}};
    };
    const quint16 port = freePort();
    const QString any = u"127.0.0.1:0"_s;
    server.configure({},
        {{u"services"_s,
            QJsonObject{{u"http"_s, service(any, {{u"a"_s, sleeper()}})},
                {u"more"_s, service(local(port), {{u"b"_s, sleeper()}})}}}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"b"_s), patience);
    QVERIFY(takesConnections(port));
    QCOMPARE(pidOf(server, u"a"_s), a);

    server.configure({},
        {{u"services"_s,
            QJsonObject{{u"http"_s, service(local(port), {{u"a"_s, sleeper()}})},
                {u"more"_s, service(any, {{u"b"_s, sleeper()}})}}}});
    const auto exchanged = server.command({u"reload"_s});
    QCOMPARE(exchanged.exitCode, 1);
    QVERIFY2(exchanged.standardError.contains("service \"more\" has it until now"),
        exchanged.standardError);
    QVERIFY(takesConnections(port));

    server.configure({{u"a"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"b"_s).isEmpty(), patience);
    QVERIFY(!takesConnections(port));
    QCOMPARE(server.get(u"/api/v1/server"_s)[u"services"_s].toArray().size(), 1);
    QCOMPARE(pidOf(server, u"a"_s), a);
}

void TestReloadListeners::theControlApiMoves()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const quint16 port = freePort();
    server.configure(
        {{u"a"_s, sleeper()}}, {{u"control"_s, QJsonObject{{u"listen"_s, local(port)}}}});
    // Asked where it is, it answers there, and is elsewhere then.
    const auto [status, answer] = server.post(u"/api/v1/reload"_s);
    QCOMPARE(status, 202);
    QCOMPARE(answer[u"changes"_s][0],
        (QJsonObject{{u"change"_s, u"changed"_s}, {u"path"_s, u"$.control.listen"_s},
            {u"listen"_s, local(port)}, {u"was"_s, u"127.0.0.1:0"_s}}));
    QVERIFY2(server.log().contains(u"; listeners: control 127.0.0.1:0 -> %1\n"_s.arg(local(port))),
        qPrintable(server.log()));
    QVERIFY(takesConnections(port));
    QVERIFY(!takesConnections(quint16(server.control().port())));
}

QTEST_GUILESS_MAIN(TestReloadListeners)
#include "tst_reloadlisteners.moc"
