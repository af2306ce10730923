// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/framereader.h"
#include "protocol/keys.h"
#include "rawclient.h"
#include "support/runningserver.h"

#include <QFile>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>
#include <QtEndian>

#include <csignal>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;
#ifdef __SANITIZE_ADDRESS__ // keeps for a while what was freed
constexpr qint64 memoryBound = 96 * 1024 * 1024;
#else
constexpr qint64 memoryBound = 32 * 1024 * 1024;
#endif

qint64 residentBytes(qint64 pid)
{
    QFile file(u"/proc/%1/statm"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * 4096;
}

/// Somebody far away who speaks the hub's frames.
class RemotePeer : public QObject
{
    Q_OBJECT
public:
    virtual void sendBytes(const QByteArray &frame) = 0;
    [[nodiscard]] virtual bool isConnected() const = 0;
    /// As the server names it in events.
    [[nodiscard]] virtual QString name() const = 0;

    void send(const QJsonObject &frame)
    {
        sendBytes(QJsonDocument(frame).toJson(QJsonDocument::Compact));
    }
    void watch(const QByteArray &token, const QStringList &topics)
    {
        QJsonObject hello{{keys::type, frames::hello}, {keys::role, u"watcher"_s}};
        if (!token.isEmpty())
            hello.insert(keys::token, QString::fromLatin1(token));
        send(hello);
        send({{keys::type, frames::subscribe}, {keys::topics, QJsonArray::fromStringList(topics)}});
    }
    [[nodiscard]] QList<QJsonObject> framesOf(QStringView type) const
    {
        QList<QJsonObject> found;
        for (const QJsonObject &frame : m_frames)
            if (frame.value(keys::type).toString() == type)
                found.append(frame);
        return found;
    }
    [[nodiscard]] QString errorCode() const
    {
        const auto errors = framesOf(u"error");
        return errors.isEmpty() ? QString() : errors.last().value(keys::code).toString();
    }

protected:
    void take(const QByteArray &frame) { m_frames.append(QJsonDocument::fromJson(frame).object()); }

private:
    QList<QJsonObject> m_frames;
};

class TcpPeer : public RemotePeer
{
    Q_OBJECT
public:
    TcpPeer(const QUrl &address, bool counted)
        : m_counted(counted)
    {
        connect(&m_socket, &QIODevice::readyRead, this, &TcpPeer::read);
        m_socket.connectToHost(address.host(), quint16(address.port()));
        m_socket.waitForConnected(patience);
    }
    void sendBytes(const QByteArray &frame) override
    {
        QByteArray length(4, '\0');
        qToBigEndian(quint32(frame.size()), length.data());
        m_socket.write(m_counted ? length + frame : frame + '\n');
    }
    [[nodiscard]] bool isConnected() const override
    {
        return m_socket.state() == QAbstractSocket::ConnectedState;
    }
    [[nodiscard]] QString name() const override
    {
        return u"tcp 127.0.0.1:%1"_s.arg(m_socket.localPort());
    }
    void stopReading()
    {
        m_socket.setReadBufferSize(1);
        disconnect(&m_socket, &QIODevice::readyRead, this, nullptr);
    }

private:
    void read()
    {
        m_input += m_socket.readAll();
        for (;;) {
            const qsizetype end = m_counted
                ? (m_input.size() < 4 ? -1 : 4 + qFromBigEndian<qint32>(m_input.constData()))
                : m_input.indexOf('\n');
            if (end < 0 || m_input.size() < end + (m_counted ? 0 : 1))
                return;
            take(m_counted ? m_input.sliced(4, end - 4) : m_input.first(end));
            m_input.remove(0, m_counted ? end : end + 1);
        }
    }

    QTcpSocket m_socket;
    QByteArray m_input;
    bool m_counted;
};

class WebSocketPeer : public RemotePeer
{
    Q_OBJECT
public:
    /// \a token is shown at the handshake; none if it is empty.
    WebSocketPeer(const QUrl &address, const QByteArray &token)
    {
        connect(&m_socket, &QWebSocket::textMessageReceived, this,
            [this](const QString &text) { take(text.toUtf8()); });
        QNetworkRequest request(address);
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({u"semper.v1"_s});
        if (!token.isEmpty())
            request.setRawHeader("Authorization", "Bearer " + token);
        m_socket.open(request, options);
        static_cast<void>(QTest::qWaitFor(
            [this] { return m_socket.state() != QAbstractSocket::ConnectingState; }, patience));
    }
    void sendBytes(const QByteArray &frame) override
    {
        m_socket.sendTextMessage(QString::fromUtf8(frame));
    }
    [[nodiscard]] bool isConnected() const override
    {
        return m_socket.state() == QAbstractSocket::ConnectedState;
    }
    [[nodiscard]] QString name() const override
    {
        return u"websocket 127.0.0.1:%1"_s.arg(m_socket.localPort());
    }
    [[nodiscard]] const QWebSocket &socket() const { return m_socket; }

private:
    QWebSocket m_socket;
};

QJsonObject serviceOf(const QString &type, const QJsonObject &more = {})
{
    QJsonObject service{{u"type"_s, type}, {u"listen"_s, u"127.0.0.1:0"_s}};
    for (auto it = more.begin(); it != more.end(); ++it)
        service.insert(it.key(), it.value());
    return service;
}

} // namespace

class TestRemoteWatcher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void aKillIsSeenAndCounted_data() { ways(); }
    void aKillIsSeenAndCounted();
    void commandsTellWhoGaveThem_data() { ways(); }
    void commandsTellWhoGaveThem();
    void withoutTheTokenNothingIsTold_data() { ways(); }
    void withoutTheTokenNothingIsTold();
    void aWrongTokenAtTheHandshakeIsRefused();
    void nonsenseIsToldAndClosed_data();
    void nonsenseIsToldAndClosed();
    void aWatcherThatNeverReadsSlowsNobody();
    void whoWatchesIsOneOfTheConnections();
    void theEndOfTheServerIsTold();

private:
    static void ways();
    /// By \a way, with the token at the handshake where \a way has it there.
    [[nodiscard]] std::unique_ptr<RemotePeer> peer(const QString &way, const QByteArray &token);

    std::unique_ptr<RunningServer> m_server;
};

void TestRemoteWatcher::initTestCase()
{
    const QJsonObject sleeper{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}};
    m_server = std::make_unique<RunningServer>(QJsonObject(),
        QJsonObject{{u"services"_s,
            QJsonObject{{u"raw"_s, serviceOf(u"tcp"_s)},
                {u"counted"_s, serviceOf(u"tcp"_s, {{u"framing"_s, u"length"_s}})},
                {u"live"_s,
                    serviceOf(u"websocket"_s,
                        {{u"processes"_s,
                            QJsonObject{{u"quiet"_s, sleeper}, {u"other"_s, sleeper}}}})}}}});
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    for (const QString &name : {u"quiet"_s, u"other"_s})
        QTRY_COMPARE_WITH_TIMEOUT(m_server->process(name)[u"state"_s], u"running"_s, patience);
}

void TestRemoteWatcher::cleanupTestCase()
{
    m_server.reset();
}

void TestRemoteWatcher::ways()
{
    QTest::addColumn<QString>("way");
    for (const char *way : {"raw", "counted", "live", "live, by header"})
        QTest::newRow(way) << QString::fromLatin1(way);
}

std::unique_ptr<RemotePeer> TestRemoteWatcher::peer(const QString &way, const QByteArray &token)
{
    if (way.startsWith(u"live"_s))
        return std::make_unique<WebSocketPeer>(
            m_server->serviceAddress(u"live"_s), way == u"live" ? QByteArray() : token);
    return std::make_unique<TcpPeer>(m_server->serviceAddress(way), way == u"counted");
}

void TestRemoteWatcher::aKillIsSeenAndCounted()
{
    QFETCH(const QString, way);
    const QByteArray token = m_server->token();
    const auto watcher = peer(way, token);
    QVERIFY(watcher->isConnected());
    watcher->watch(
        way.contains(u"header"_s) ? QByteArray() : token, {u"state"_s, u"events"_s, u"metrics"_s});
    QTRY_COMPARE_WITH_TIMEOUT(watcher->framesOf(u"snapshot").size(), 1, patience);
    QCOMPARE(watcher->framesOf(u"welcome").size(), 1);
    QCOMPARE(watcher->framesOf(u"snapshot").first().value(keys::processes).toArray().size(), 2);

    const QJsonObject before = m_server->process(u"quiet"_s);
    QVERIFY(before[u"pid"_s].toInteger() > 0);
    QCOMPARE(::kill(pid_t(before[u"pid"_s].toInteger()), SIGKILL), 0);
    const auto relaunched = [&] {
        const auto states = watcher->framesOf(u"state");
        for (const QJsonObject &frame : states) {
            const QJsonValue process = frame.value(keys::process);
            if (process[keys::name] == u"quiet"_s && process[keys::state] == u"running"_s)
                return process[keys::restarts].toInt() == before[u"restarts"_s].toInt() + 1
                    && process[keys::pid] != before[u"pid"_s];
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(relaunched(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher->framesOf(u"sample").isEmpty(), patience);
    QStringList types;
    const auto events = watcher->framesOf(u"event");
    for (const QJsonObject &frame : events)
        types.append(frame.value(keys::event)[keys::type].toString());
    types.removeAll(u"backoff"_s); // of one that was killed a moment ago
    QCOMPARE(types, QStringList({u"unready"_s, u"exit"_s, u"start"_s, u"ready"_s}));
}

void TestRemoteWatcher::commandsTellWhoGaveThem()
{
    QFETCH(const QString, way);
    const QByteArray token = m_server->token();
    const auto watcher = peer(way, token);
    watcher->watch(token, {u"events"_s});
    QTRY_COMPARE_WITH_TIMEOUT(m_server->process(u"other"_s)[u"state"_s], u"running"_s, patience);
    const QJsonValue before = m_server->process(u"other"_s)[u"pid"_s];
    watcher->send({{keys::type, frames::command}, {keys::id, 7}, {keys::action, u"restart"_s},
        {keys::process, u"other"_s}});
    QTRY_COMPARE_WITH_TIMEOUT(watcher->framesOf(u"result").size(), 1, patience);
    const QJsonObject result = watcher->framesOf(u"result").first();
    QCOMPARE(result.value(keys::id), 7);
    QCOMPARE(result.value(keys::ok), true);
    const auto command = [&] {
        const auto events = watcher->framesOf(u"event");
        for (const QJsonObject &frame : events)
            if (frame.value(keys::event)[keys::type] == u"command"_s)
                return frame.value(keys::event).toObject();
        return QJsonObject();
    };
    QTRY_VERIFY_WITH_TIMEOUT(!command().isEmpty(), patience);
    QCOMPARE(command().value(keys::by), watcher->name());
    QCOMPARE(command().value(keys::id), result.value(keys::event));
    const auto isRestarted = [&] { // or it is in the middle of the next test
        const QJsonObject other = m_server->process(u"other"_s);
        return other[u"pid"_s] != before && other[u"state"_s] == u"running"_s;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isRestarted(), patience);
}

void TestRemoteWatcher::withoutTheTokenNothingIsTold()
{
    QFETCH(const QString, way);
    const QByteArray token = m_server->token();
    const qint64 pid = m_server->process(u"other"_s)[u"pid"_s].toInteger();
    std::vector<std::unique_ptr<RemotePeer>> strangers; // all at once, for each has to wait
    for (const QByteArray &wrong :
        {QByteArray(), QByteArray("x"), token.chopped(1) + '!', token + 'x', token.toLower()}) {
        strangers.push_back(peer(way.section(u',', 0, 0), {}));
        RemotePeer &stranger = *strangers.back();
        QVERIFY(stranger.isConnected());
        stranger.watch(wrong, {u"state"_s, u"events"_s, u"log"_s, u"metrics"_s});
        stranger.send({{keys::type, frames::command}, {keys::id, 7}, {keys::action, u"stop"_s},
            {keys::process, u"other"_s}});
    }
    for (const auto &stranger : strangers) {
        QTRY_VERIFY_WITH_TIMEOUT(!stranger->isConnected(), patience);
        QCOMPARE(stranger->errorCode(), u"not_allowed"_s);
        for (const char16_t *type : {u"welcome", u"snapshot", u"state", u"result", u"event"})
            QVERIFY(stranger->framesOf(type).isEmpty());
        if (const auto *webSocket = dynamic_cast<WebSocketPeer *>(stranger.get()))
            QCOMPARE(webSocket->socket().closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    }
    QCOMPARE(m_server->process(u"other"_s)[u"pid"_s].toInteger(), pid);
}

void TestRemoteWatcher::aWrongTokenAtTheHandshakeIsRefused()
{
    WebSocketPeer stranger(m_server->serviceAddress(u"live"_s), "nonsense");
    QVERIFY(!stranger.isConnected());

    const QUrl address = m_server->serviceAddress(u"live"_s);
    const RawClient plain(quint16(address.port()),
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Authorization: Bearer nonsense\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(plain.status(), 401, patience);
}

void TestRemoteWatcher::nonsenseIsToldAndClosed_data()
{
    QTest::addColumn<QString>("way");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("code");
    for (const char *way : {"raw", "counted", "live"}) {
        const QString name = QString::fromLatin1(way);
        const auto row = [&](const char *what, const QByteArray &bytes, const QString &code) {
            QTest::addRow("%s: %s", way, what) << name << bytes << code;
        };
        row("no JSON", "nonsense", u"bad_frame"_s);
        row("no type", "{\"a\":1}", u"bad_frame"_s);
        row("an array", "[]", u"bad_frame"_s);
        row("too long", "{\"type\":\"" + QByteArray(70'000, 'x') + "\"}", u"frame_too_long"_s);
        row("unknown type", "{\"type\":\"explode\"}", u"unknown_type"_s);
        row("unknown topic", "{\"type\":\"subscribe\",\"topics\":[\"x\"]}", u"unknown_topic"_s);
    }
}

void TestRemoteWatcher::nonsenseIsToldAndClosed()
{
    QFETCH(const QString, way);
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, code);
    const auto watcher = peer(way, {});
    watcher->watch(m_server->token(), {u"state"_s});
    QTRY_COMPARE_WITH_TIMEOUT(watcher->framesOf(u"snapshot").size(), 1, patience);
    watcher->sendBytes(bytes);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher->isConnected(), patience);
    QCOMPARE(watcher->errorCode(), code);
    QCOMPARE(watcher->framesOf(u"error").size(), 1);
}

void TestRemoteWatcher::aWatcherThatNeverReadsSlowsNobody()
{
    const QByteArray token = m_server->token();
    TcpPeer deaf(m_server->serviceAddress(u"raw"_s), false);
    deaf.watch(token, {u"state"_s, u"events"_s, u"log"_s});
    QTRY_COMPARE_WITH_TIMEOUT(deaf.framesOf(u"snapshot").size(), 1, patience);
    deaf.stopReading();

    // Each command is an event: far more than what the kernel and the deaf one's queue hold.
    constexpr int commands = 8000;
    const auto quick = peer(u"live"_s, {});
    quick->watch(token, {u"state"_s});
    QTRY_COMPARE_WITH_TIMEOUT(quick->framesOf(u"snapshot").size(), 1, patience);
    const qint64 before = residentBytes(m_server->serverPid());
    for (int i = 0; i < commands; ++i)
        quick->send({{keys::type, frames::command}, {keys::id, i}, {keys::action, u"reset"_s},
            {keys::process, u"other"_s}});
    QTRY_COMPARE_WITH_TIMEOUT(quick->framesOf(u"result").size(), commands, 6 * patience);
    QVERIFY(residentBytes(m_server->serverPid()) - before < memoryBound);
}

void TestRemoteWatcher::whoWatchesIsOneOfTheConnections()
{
    const QByteArray token = m_server->token();
    const auto watcher = peer(u"live, by header"_s, token);
    watcher->watch({}, {u"state"_s});
    QTRY_COMPARE_WITH_TIMEOUT(watcher->framesOf(u"snapshot").size(), 1, patience);
    for (const QJsonValue &entry : m_server->get(u"/api/v1/server"_s)[u"services"_s].toArray())
        if (entry[u"name"_s] == u"live"_s)
            QVERIFY(entry[u"connections"_s].toInt() >= 1);
}

void TestRemoteWatcher::theEndOfTheServerIsTold()
{
    const QByteArray token = m_server->token();
    const auto watcher = peer(u"live"_s, {});
    watcher->watch(token, {u"events"_s});
    QTRY_COMPARE_WITH_TIMEOUT(watcher->framesOf(u"snapshot").size(), 1, patience);
    QCOMPARE(m_server->stop(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher->isConnected(), patience);
    QCOMPARE(dynamic_cast<const WebSocketPeer &>(*watcher).socket().closeCode(),
        QWebSocketProtocol::CloseCodeGoingAway);
    const auto events = watcher->framesOf(u"event");
    QCOMPARE(events.last().value(keys::event)[keys::type], u"server_stopped"_s);
}

QTEST_GUILESS_MAIN(TestRemoteWatcher)
#include "tst_remotewatcher.moc"
